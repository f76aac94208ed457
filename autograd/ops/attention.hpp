#pragma once

#include <autograd/random.hpp>
#include <autograd/tensor.hpp>

#include <optional>

namespace xtape {

/// Options of scaled_dot_product_attention.
struct AttentionOptions {
  /// Broadcasts to (..., queries, keys). Boolean: true where a query may look at a key. Floating: added to the scores,
  /// where -inf keeps a query from a key.
  Tensor mask = {};
  bool causal = false;               ///< query i looks at keys 0 to i only; in addition to the mask
  double dropout = 0.0;              ///< probability with which a weight is dropped; see dropout()
  std::optional<double> scale = {};  ///< factor of the scores; by default 1 / sqrt(width)
};

/// softmax(q k^T * scale + mask) over the keys, for `q` (..., queries, width) and `k` (..., keys, width), whose leading
/// axes broadcast -> (..., queries, keys): how much each query looks at each key, before dropout. A query that may look
/// at no key has weights 0, and a gradient of 0. Throws ShapeError where sizes do not fit, DtypeError for an integer
/// mask. Example: `Tensor map = attention_weights(q, k, {.causal = true});`
Tensor attention_weights(const Tensor& q, const Tensor& k, const AttentionOptions& options = {});

/// Scaled dot-product attention (Vaswani et al. 2017): dropout(attention_weights(q, k)) v, for `v` (..., keys, width of
/// values) -> (..., queries, width of values). As PyTorch's function, dropout is applied whenever it is not 0: give 0
/// in evaluation. Where a query may look at no key the output is 0, as in PyTorch since 2.5 (nan before).
/// Throws as attention_weights() and dropout() do. Example: `scaled_dot_product_attention(q, k, v, {.causal = true})`
Tensor scaled_dot_product_attention(const Tensor& q, const Tensor& k, const Tensor& v,
                                    const AttentionOptions& options = {},
                                    random::Generator& generator = random::default_generator());

/// Self-attention of several heads over queries, keys and values that lie side by side: `qkv` (batch, places, 3 W)
/// holds q, k and v, each of `heads` heads of W / heads -> (batch, places, W), the heads' results side by side. The
/// same as scaled_dot_product_attention() of the parts, each taken as (batch, heads, places, W / heads), without a copy
/// of them. The mask broadcasts to (batch, heads, places, places). Throws ShapeError, and as that function does.
/// Example: `packed_attention(linear(x, in_proj_weight), 4, {.causal = true})`
Tensor packed_attention(const Tensor& qkv, std::size_t heads, const AttentionOptions& options = {},
                        random::Generator& generator = random::default_generator());

}  // namespace xtape
