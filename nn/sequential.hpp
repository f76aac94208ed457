#pragma once

#include <nn/module_list.hpp>

namespace xtape::nn {

/// Layers one after the other: each takes what the one before it gives. A layer is any module, another Sequential too,
/// or a function from Tensor to Tensor. The children are named "0", "1", ...; an empty one gives its input back.
/// Example: `nn::Sequential net(nn::Linear(64, 32), nn::ReLU(), nn::Linear(32, 10)); Tensor y = net(x);`
struct Sequential : Layers {
  template <class... Given>
  requires(!is_copied<Sequential, Given...>) explicit Sequential(Given&&... layers) : Layers("Sequential") {
    (append(std::forward<Given>(layers)), ...);
  }

  /// Adds a layer behind the last one; copies of this Sequential get it too. A Sequential that holds a single
  /// Sequential is made with it, since the constructor takes one Sequential for a copy.
  template <class Layer>
  Sequential& append(Layer&& layer) {
    push(std::forward<Layer>(layer));
    return *this;
  }

  Tensor forward(const Tensor& x) override;
};

}  // namespace xtape::nn
