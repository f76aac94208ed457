#include <autograd/engine.hpp>
#include <autograd/ops/fuse/apply.hpp>
#include <autograd/record.hpp>

namespace xtape::fused {

namespace {

kernels::Source source_of(const Tensor& x, const Shape& shape) {
  return {x.raw_data(), x.dtype(), broadcast_strides(x.shape(), x.strides(), shape)};
}

class FusedNode final : public Node {
 public:
  FusedNode(const Formula& formula, const Kernels& kernels, const Tensors& inputs)
      : m_formula(formula), m_kernels(kernels) {
    for (const Tensor& input : inputs) {
      m_inputs.push_back(node_of(input));
      m_saved.push_back(save(input));
    }
  }

  const char* name() const noexcept override { return m_formula.name.c_str(); }
  std::span<const NodePtr> inputs() const noexcept override { return m_inputs; }
  void release_saved() noexcept override { m_saved.clear(); }

  void propagate(Tensor upstream, GradientSink& sink) override {
    std::vector<std::size_t> wanted;
    for (std::size_t i = 0; i < m_inputs.size(); ++i) {
      if (sink.wants(m_inputs[i].get())) wanted.push_back(i);
    }
    const Tensors gradients = derivatives_wanted() ? in_operations(upstream, wanted) : in_one_sweep(upstream, wanted);
    for (std::size_t k = 0; k < wanted.size(); ++k) sink.deliver(*this, *m_inputs[wanted[k]], gradients[k]);
  }

 private:
  Tensors in_one_sweep(const Tensor& upstream, const std::vector<std::size_t>& wanted) const {
    std::vector<kernels::Source> sources{source_of(upstream, shape())};
    for (const Saved& saved : m_saved) sources.push_back(source_of(saved.get(), shape()));
    Tensors gradients;
    std::vector<void*> outputs(m_inputs.size());
    for (const std::size_t i : wanted) {
      gradients.push_back(Tensor::uninitialized(shape(), dtype()));
      outputs[i] = gradients.back().mutable_data();
    }
    profile::count_flops(gradients.size() * upstream.size());
    if (profile::active()) profile::count_bytes(bytes_moved(upstream, gradients));
    kernels::sweep(m_kernels.gradient[dtype() == float64], m_formula.formula.get(), dtype(), sources, shape(), outputs);
    return gradients;
  }

  std::size_t bytes_moved(const Tensor& upstream, const Tensors& gradients) const {
    std::size_t bytes = profile::bytes_of(upstream);
    for (const Saved& saved : m_saved) bytes += profile::bytes_of(saved.get());
    for (const Tensor& each : gradients) bytes += profile::bytes_of(each);
    return bytes;
  }

  // The formula once more, in recorded operations on its inputs, and their gradients from there.
  Tensors in_operations(const Tensor& upstream, const std::vector<std::size_t>& wanted) const {
    const bool create_graph = grad_enabled();
    Tensors places;
    for (const Saved& saved : m_saved) places.push_back(entry(saved.get(), create_graph, saved.get().requires_grad()));
    std::vector<Node*> ends;
    for (const std::size_t i : wanted) ends.push_back(places[i].impl()->node);
    const GradModeGuard recording(true);
    const Tensor y = m_kernels.on_tensors(m_formula.formula.get(), places);
    if (!y.requires_grad()) return Tensors(wanted.size());
    return gradients_at(y, ends, upstream, create_graph);
  }

  Formula m_formula;
  const Kernels& m_kernels;
  std::vector<NodePtr> m_inputs;
  std::vector<Saved> m_saved;
};

}  // namespace

Tensor apply_fused(const Formula& formula, const Kernels& kernels, std::span<const Operand* const> operands) {
  const DType dtype = as_floating(common_dtype(operands));
  Tensors inputs;
  std::vector<const Tensor*> pointers;
  for (const Operand* operand : operands) {
    inputs.push_back(operand->is_tensor() ? operand->tensor() : operand->number(dtype));
  }
  for (const Tensor& input : inputs) pointers.push_back(&input);
  if (t_forward_level != 0) return kernels.on_tensors(formula.formula.get(), inputs);

  const profile::Op profiled(formula.name.c_str(), std::span<const Tensor* const>(pointers));
  const Tensor result = Tensor::uninitialized(common_shape(pointers, formula.name.c_str()), dtype);
  std::vector<kernels::Source> sources;
  for (const Tensor& input : inputs) sources.push_back(source_of(input, result.shape()));
  void* const outputs[] = {result.mutable_data()};
  kernels::sweep(kernels.value[dtype == float64], formula.formula.get(), dtype, sources, result.shape(), outputs);
  if (is_recorded(inputs)) (new FusedNode(formula, kernels, inputs))->attach_to(*result.impl());
  if (anomaly::detecting()) anomaly::check_forward(formula.name.c_str(), result, pointers, formula.place);
  profile::count_flops(result.size());
  return profiled.result(result);
}

}  // namespace xtape::fused
