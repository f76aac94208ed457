#include <optim/adam.hpp>

#include <autograd/kernels/parallel.hpp>
#include <optim/update_loops.hpp>

#include <cmath>

namespace xtape::optim {

Adam::Adam(const Tensors& parameters) : Adam(parameters, Options()) {}

Adam::Adam(const Tensors& parameters, const Options& options) : Optimizer("Adam", {"exp_avg", "exp_avg_sq"}) {
  add_group(parameters, options);
}

void Adam::add_group(const Tensors& parameters, const Options& options) {
  require(options.beta1 >= 0.0 && options.beta1 < 1.0, "beta1", "in [0, 1)", options.beta1);
  require(options.beta2 >= 0.0 && options.beta2 < 1.0, "beta2", "in [0, 1)", options.beta2);
  require(options.eps >= 0.0, "eps", ">= 0", options.eps);
  require(options.weight_decay >= 0.0, "weight_decay", ">= 0", options.weight_decay);
  m_options.reserve(m_options.size() + 1);
  add_parameters(parameters, options.lr);
  m_options.push_back(options);
}

void Adam::update(const Slot& slot, const Tensor& gradient, double learning_rate) noexcept {
  const Options& options = m_options[slot.group];
  const auto t = static_cast<double>(slot.updates + 1);
  const AdamUpdate update{.beta1 = options.beta1,
                          .beta2 = options.beta2,
                          .eps = options.eps,
                          .weight_decay = options.weight_decay,
                          .step = learning_rate / (1.0 - std::pow(options.beta1, t)),
                          .root_scale = 1.0 / std::sqrt(1.0 - std::pow(options.beta2, t))};
  visit_dtype(gradient.dtype(), [&]<class T>(TypeTag<T>) {
    if constexpr (std::is_floating_point_v<T>) {
      auto* parameter = static_cast<T*>(slot.parameter.mutable_data());
      auto* mean = static_cast<T*>(slot.state[0].mutable_data());
      auto* square = static_cast<T*>(slot.state[1].mutable_data());
      const auto* g = static_cast<const T*>(gradient.raw_data());
      // A square root and a quotient cost some ten plain operations.
      kernels::parallel_for(gradient.size(), kernels::parallel_grain / 4, [&](std::size_t begin, std::size_t end) {
        update_loops_of<T>().adam(update, parameter + begin, g + begin, mean + begin, square + begin, end - begin);
      });
    }
  });
}

}  // namespace xtape::optim
