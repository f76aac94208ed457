#pragma once

#include <optional>

#include <nn/linear.hpp>

namespace xtape::nn {

/// (length, length), boolean, true above the diagonal: what position i may not look at is every j > i. A mask for
/// MultiheadAttention and the transformer's layers. Example: `attention(x, x, x, {.attn_mask = nn::causal_mask(9)})`.
Tensor causal_mask(std::size_t length);

/// Multi-head attention (Vaswani et al. 2017) with PyTorch's names, shapes and defaults: queries, keys and values are
/// projected, each head attends over its share of embed_dim, and out_proj maps the heads' outputs, side by side, to the
/// result.
///
/// Queries are (queries, batch, embed_dim), keys (keys, batch, kdim) and values (keys, batch, vdim); with batch_first
/// the batch comes first, and all three may go without a batch. The input weights start as xavier_uniform_, biases at
/// 0. Shapes that do not fit throw ShapeError, masks that are neither boolean nor floating DtypeError.
/// Example: `nn::MultiheadAttention attention(64, 4); auto [y, weights] = attention(q, k, v);`
struct MultiheadAttention : Module {
  struct Options {
    double dropout = 0.0;  ///< probability with which a weight is dropped, in training mode
    bool bias = true;
    std::optional<std::size_t> kdim = {};  ///< size of keys, embed_dim by default
    std::optional<std::size_t> vdim = {};  ///< size of values, embed_dim by default
    bool batch_first = false;
  };
  /// What a call takes besides tensors. Boolean masks are true where attention is not allowed, as in PyTorch's layer
  /// (and the opposite of what scaled_dot_product_attention() takes); floating ones are added to the scores.
  struct CallOptions {
    Tensor key_padding_mask = {};      ///< (batch, keys), or (keys) without a batch: keys that nobody looks at
    bool need_weights = true;          ///< whether `weights` are wanted
    Tensor attn_mask = {};             ///< (queries, keys) or (batch num_heads, queries, keys)
    bool average_attn_weights = true;  ///< over the heads
    bool is_causal = false;            ///< query i looks at keys 0 to i only; in addition to the masks
  };
  struct Result {
    Tensor y;        ///< in the shape of the queries
    Tensor weights;  ///< (batch, queries, keys), or (batch, heads, queries, keys); undefined unless needed
  };

  /// Throws Error where num_heads does not divide embed_dim.
  MultiheadAttention(std::size_t embed_dim, std::size_t num_heads);
  MultiheadAttention(std::size_t embed_dim, std::size_t num_heads, const Options& options);
  using Module::operator();
  Result operator()(const Tensor& query, const Tensor& key, const Tensor& value, const CallOptions& options);
  Result operator()(const Tensor& query, const Tensor& key, const Tensor& value);
  /// Self-attention without masks; gives `y` alone.
  Tensor forward(const Tensor& x) override;
  /// Of self-attention; out_proj counts its own.
  std::size_t multiply_adds(const Tensor& x, const Tensor& y) const override;

  Tensor in_proj_weight;                               ///< (3 embed_dim, embed_dim); undefined with other kdim or vdim
  Tensor q_proj_weight, k_proj_weight, v_proj_weight;  ///< (embed_dim, size) each, defined in its place
  Tensor in_proj_bias;                                 ///< (3 embed_dim); undefined without bias
  Linear out_proj;

 private:
  // Queries, keys and values of every head, (batch, heads, length, width) each.
  struct Heads {
    Tensor q, k, v;
  };
  Result run(const Tensor& query, const Tensor& key, const Tensor& value, const CallOptions& options);
  void check(const Tensor& query, const Tensor& key, const Tensor& value) const;
  Heads project(const Tensor& query, const Tensor& key, const Tensor& value) const;
  Tensor mask(const CallOptions& options, std::size_t batch, std::size_t queries, std::size_t keys) const;

  std::size_t m_width, m_heads, m_key_width, m_value_width;  // sizes of queries, keys and values
  double m_dropout;
  bool m_batch_first;
};

}  // namespace xtape::nn
