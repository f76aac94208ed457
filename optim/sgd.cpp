#include <optim/sgd.hpp>

#include <autograd/kernels/parallel.hpp>
#include <optim/update_loops.hpp>

namespace xtape::optim {

SGD::SGD(const Tensors& parameters) : SGD(parameters, Options()) {}

SGD::SGD(const Tensors& parameters, const Options& options) : Optimizer("SGD", {"momentum_buffer"}) {
  add_group(parameters, options);
}

void SGD::add_group(const Tensors& parameters, const Options& options) {
  require(options.momentum >= 0.0, "momentum", ">= 0", options.momentum);
  require(options.weight_decay >= 0.0, "weight_decay", ">= 0", options.weight_decay);
  require(!options.nesterov || options.momentum > 0.0, "momentum", "> 0 with nesterov", options.momentum);
  require(!options.nesterov || options.dampening == 0.0, "dampening", "0 with nesterov", options.dampening);
  m_options.reserve(m_options.size() + 1);
  add_parameters(parameters, options.lr);
  m_options.push_back(options);
}

void SGD::update(const Slot& slot, const Tensor& gradient, double learning_rate) noexcept {
  const Options& options = m_options[slot.group];
  const bool first = slot.updates == 0;
  const SgdUpdate update{.learning_rate = learning_rate,
                         .momentum = options.momentum,
                         .keep = options.momentum,
                         .take = first ? 1.0 : 1.0 - options.dampening,
                         .weight_decay = options.weight_decay,
                         .nesterov = options.nesterov};
  visit_dtype(gradient.dtype(), [&]<class T>(TypeTag<T>) {
    if constexpr (std::is_floating_point_v<T>) {
      auto* parameter = static_cast<T*>(slot.parameter.mutable_data());
      auto* velocity = slot.state.empty() ? nullptr : static_cast<T*>(slot.state[0].mutable_data());
      const auto* g = static_cast<const T*>(gradient.raw_data());
      kernels::parallel_for(gradient.size(), kernels::parallel_grain, [&](std::size_t begin, std::size_t end) {
        update_loops_of<T>().sgd(update, parameter + begin, g + begin, velocity ? velocity + begin : nullptr,
                                 end - begin);
      });
    }
  });
}

}  // namespace xtape::optim
