#pragma once

#include <golden/nn/layer_table.hpp>

namespace golden {

/// A loss's options: a structure of them, or a reduction alone.
template <class M>
typename M::Options loss_options(const Options& o) {
  if constexpr (std::is_same_v<typename M::Options, Reduce>) {
    Reduce reduction = Reduce::mean;
    if (o.has("reduction")) read_option(o, "reduction", reduction);
    return reduction;
  } else {
    return options_of<typename M::Options>(o);
  }
}

/// A loss of two inputs, or of three.
template <class M>
Layer loss(const Options& o) {
  return layer(M(loss_options<M>(o)), [](M& m, const Inputs& x) {
    if constexpr (std::is_invocable_v<M&, Tensor, Tensor, Tensor>) {
      return m(x[0], x[1], x[2]);
    } else {
      return m(x[0], x[1]);
    }
  });
}

}  // namespace golden
