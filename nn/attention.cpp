#include <nn/attention.hpp>

#include <autograd/factories.hpp>
#include <autograd/ops/attention.hpp>
#include <autograd/ops/dropout.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/mask.hpp>
#include <autograd/ops/matmul.hpp>
#include <autograd/ops/reduce.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/ops/slice.hpp>
#include <nn/init.hpp>

#include <limits>

namespace xtape::nn {

namespace {

constexpr const char* layer = "MultiheadAttention";

Tensor created(const Shape& shape) {
  const Tensor weight = Tensor::uninitialized(shape, float32);
  init::xavier_uniform_(weight);
  return weight;
}

// What a mask adds to the scores.
Tensor as_added(const Tensor& mask) {
  if (mask.dtype() != boolean) return mask;
  return masked_fill(zeros(mask.shape()), mask, -std::numeric_limits<double>::infinity());
}

// Two masks of the layer's kind, either of which may be undefined, as one that attention_weights() takes.
Tensor joined(const Tensor& a, const Tensor& b) {
  if (!a.defined() && !b.defined()) return {};
  const auto is_boolean = [](const Tensor& mask) { return !mask.defined() || mask.dtype() == boolean; };
  if (is_boolean(a) && is_boolean(b)) return !(!a.defined() ? b : !b.defined() ? a : a || b);
  return !a.defined() ? as_added(b) : !b.defined() ? as_added(a) : as_added(a) + as_added(b);
}

void check_mask(const char* name, const Tensor& mask, const std::vector<Shape>& shapes) {
  if (mask.dtype() != boolean && !is_floating(mask.dtype())) {
    throw DtypeError(std::string(layer) + ": the " + name + " is " + to_string(mask.dtype()) +
                     "; it must be boolean (true: may not look) or floating (added to the scores)");
  }
  std::string allowed;
  for (const Shape& shape : shapes) {
    if (mask.shape() == shape) return;
    allowed += (allowed.empty() ? "" : " or ") + to_string(shape);
  }
  throw ShapeError(std::string(layer) + ": an " + name + " of shape " + to_string(mask.shape()) + "; it must be " +
                   allowed);
}

}  // namespace

Tensor causal_mask(std::size_t length) {
  const Tensor places = arange(static_cast<double>(length), {.dtype = int64});
  return expand_dims(places, 0) > expand_dims(places, 1);
}

MultiheadAttention::MultiheadAttention(std::size_t embed_dim, std::size_t num_heads)
    : MultiheadAttention(embed_dim, num_heads, Options()) {}

MultiheadAttention::MultiheadAttention(std::size_t embed_dim, std::size_t num_heads, const Options& options)
    : out_proj(add("out_proj", Linear(embed_dim, embed_dim, {.bias = options.bias}))),
      m_width(embed_dim),
      m_heads(num_heads),
      m_key_width(options.kdim.value_or(embed_dim)),
      m_value_width(options.vdim.value_or(embed_dim)),
      m_dropout(options.dropout),
      m_batch_first(options.batch_first) {
  if (num_heads == 0 || embed_dim % num_heads != 0) {
    throw Error(std::string(layer) + ": embed_dim " + std::to_string(embed_dim) + " does not divide into " +
                std::to_string(num_heads) + " heads");
  }
  if (m_key_width == embed_dim && m_value_width == embed_dim) {
    in_proj_weight = parameter("in_proj_weight", created({3 * embed_dim, embed_dim}));
  } else {
    q_proj_weight = parameter("q_proj_weight", created({embed_dim, embed_dim}));
    k_proj_weight = parameter("k_proj_weight", created({embed_dim, m_key_width}));
    v_proj_weight = parameter("v_proj_weight", created({embed_dim, m_value_width}));
  }
  if (!options.bias) return;
  in_proj_bias = parameter("in_proj_bias", zeros({3 * embed_dim}));
  init::constant_(out_proj.bias, 0.0);
}

MultiheadAttention::Result MultiheadAttention::operator()(const Tensor& query, const Tensor& key, const Tensor& value) {
  return (*this)(query, key, value, CallOptions());
}

MultiheadAttention::Result MultiheadAttention::operator()(const Tensor& query, const Tensor& key, const Tensor& value,
                                                          const CallOptions& options) {
  Result result;
  result.y = call(query, [&](const Tensor& input) {
    // A hook that changes the query of self-attention changes the keys and values with it.
    const Tensor& keys = key.is_same(query) ? input : key;
    const Tensor& values = value.is_same(query) ? input : value;
    result = run(input, keys, values, options);
    return result.y;
  });
  return result;
}

Tensor MultiheadAttention::forward(const Tensor& x) { return run(x, x, x, {.need_weights = false}).y; }

std::size_t MultiheadAttention::multiply_adds(const Tensor& x, const Tensor&) const {
  const std::size_t length = x.shape()[x.dimension() == 3 && m_batch_first ? 1 : 0];
  const std::size_t projections = m_width + m_key_width + m_value_width;
  return x.size() * (projections + 2 * length);
}

void MultiheadAttention::check(const Tensor& query, const Tensor& key, const Tensor& value) const {
  const std::size_t axes = query.dimension();
  bool fits = (axes == 2 || axes == 3) && key.dimension() == axes && value.dimension() == axes &&
              query.shape(-1) == m_width && key.shape(-1) == m_key_width && value.shape(-1) == m_value_width;
  if (fits) {
    const std::size_t along = axes == 3 && m_batch_first ? 1 : 0;
    fits = key.shape()[along] == value.shape()[along];
    const std::size_t batch = axes == 3 ? 1 - along : along;
    if (axes == 3)
      fits = fits && query.shape()[batch] == key.shape()[batch] && key.shape()[batch] == value.shape()[batch];
  }
  if (fits) return;
  const auto expected = [&](const char* length, std::size_t width) {
    const std::string text = m_batch_first ? std::string("(batch, ") + length : std::string("(") + length + ", batch";
    return text + ", " + std::to_string(width) + ")";
  };
  throw ShapeError(std::string(layer) + ": queries of shape " + to_string(query.shape()) + ", keys of shape " +
                   to_string(key.shape()) + " and values of shape " + to_string(value.shape()) + "; they must be " +
                   expected("queries", m_width) + ", " + expected("keys", m_key_width) + " and " +
                   expected("keys", m_value_width) + ", or all without the batch");
}

MultiheadAttention::Heads MultiheadAttention::project(const Tensor& query, const Tensor& key,
                                                      const Tensor& value) const {
  const auto by_head = [&](const Tensor& x) {
    const Tensor batched = x.dimension() == 3 ? x : expand_dims(x, m_batch_first ? 0 : 1);
    const Tensor parts = reshape(batched, {batched.shape(0), batched.shape(1), m_heads, m_width / m_heads});
    return m_batch_first ? swapaxes(parts, 1, 2) : transpose(parts, {1, 2, 0, 3});
  };
  if (in_proj_weight.defined() && key.is_same(query) && value.is_same(query)) {
    const Tensors parts = split(linear(query, in_proj_weight, in_proj_bias), 3, -1);
    return {by_head(parts[0]), by_head(parts[1]), by_head(parts[2])};
  }
  const Tensors weights =
      in_proj_weight.defined() ? split(in_proj_weight, 3) : Tensors{q_proj_weight, k_proj_weight, v_proj_weight};
  const Tensors biases = in_proj_bias.defined() ? split(in_proj_bias, 3) : Tensors(3);
  return {by_head(linear(query, weights[0], biases[0])), by_head(linear(key, weights[1], biases[1])),
          by_head(linear(value, weights[2], biases[2]))};
}

// The masks that were given as one that broadcasts to (batch, heads, queries, keys).
Tensor MultiheadAttention::mask(const CallOptions& options, std::size_t batch, std::size_t queries,
                                std::size_t keys) const {
  Tensor pairs = options.attn_mask, padding = options.key_padding_mask;
  if (pairs.defined()) {
    check_mask("attn_mask", pairs, {{queries, keys}, {batch * m_heads, queries, keys}});
    if (pairs.dimension() == 3) pairs = reshape(pairs, {batch, m_heads, queries, keys});
  }
  if (padding.defined()) {
    check_mask("key_padding_mask", padding, {{batch, keys}, batch == 1 ? Shape{keys} : Shape{batch, keys}});
    padding = reshape(padding, {batch, std::size_t{1}, std::size_t{1}, keys});
  }
  return joined(pairs, padding);
}

MultiheadAttention::Result MultiheadAttention::run(const Tensor& query, const Tensor& key, const Tensor& value,
                                                   const CallOptions& options) {
  check(query, key, value);
  const bool batched = query.dimension() == 3;
  const std::size_t places = m_batch_first && batched ? 1 : 0;  // their axis
  const Tensor joint =
      mask(options, batched ? query.shape()[1 - places] : 1, query.shape()[places], key.shape()[places]);
  const AttentionOptions looks{.mask = joint, .causal = options.is_causal, .dropout = is_training() ? m_dropout : 0.0};
  if (!options.need_weights && in_proj_weight.defined() && key.is_same(query) && value.is_same(query)) {
    const Tensor all =
        linear(batched ? query : expand_dims(query, m_batch_first ? 0 : 1), in_proj_weight, in_proj_bias);
    const Tensor y = packed_attention(m_batch_first ? all : swapaxes(all, 0, 1), m_heads, looks);
    return {out_proj(reshape(m_batch_first ? y : swapaxes(y, 0, 1), query.shape())), {}};
  }

  const Heads heads = project(query, key, value);
  Tensor by_head, weights;  // (batch, heads, queries, width), (batch, heads, queries, keys)
  if (options.need_weights) {
    weights = dropout(attention_weights(heads.q, heads.k, looks), m_dropout, is_training());
    by_head = matmul(weights, heads.v);
  } else {
    by_head = scaled_dot_product_attention(heads.q, heads.k, heads.v, looks);
  }
  const Tensor by_place = m_batch_first ? swapaxes(by_head, 1, 2) : transpose(by_head, {2, 0, 1, 3});
  Result result{out_proj(reshape(by_place, query.shape())), {}};
  if (options.need_weights) {
    result.weights = options.average_attn_weights ? mean(weights, {1}) : weights;
    if (!batched) result.weights = squeeze(result.weights, {0});
  }
  return result;
}

}  // namespace xtape::nn
