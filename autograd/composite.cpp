#include <autograd/composite.hpp>
#include <autograd/engine.hpp>

namespace xtape {

Tensors gradients_of_expression(const std::function<Tensor(const Tensors&)>& expression, const Tensors& inputs,
                                const Tensor& upstream, const std::vector<bool>& wanted) {
  const bool create_graph = grad_enabled();
  Tensors places;
  std::vector<Node*> ends;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    places.push_back(inputs[i].defined() ? entry(inputs[i], create_graph, wanted[i]) : Tensor());
    if (wanted[i]) ends.push_back(places[i].impl()->node);
  }
  const GradModeGuard recording(true);
  const Tensors found = gradients_at(expression(places), ends, upstream, create_graph);
  Tensors gradients(inputs.size());
  for (std::size_t i = 0, k = 0; i < inputs.size(); ++i) {
    if (wanted[i]) gradients[i] = found[k++];
  }
  return gradients;
}

}  // namespace xtape
