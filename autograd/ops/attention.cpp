#include <autograd/ops/attention.hpp>
#include <autograd/ops/dropout.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/fused_attention.hpp>
#include <autograd/ops/matmul.hpp>
#include <autograd/ops/matrices.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/ops/softmax.hpp>

#include <cmath>
#include <limits>

namespace xtape {

namespace {

constexpr const char* op = "scaled_dot_product_attention";

void check_mask(const Tensor& mask, const Shape& scores) {
  if (!mask.defined()) return;
  if (mask.dtype() != boolean && !is_floating(mask.dtype())) {
    throw DtypeError(std::string(op) + ": the mask is " + to_string(mask.dtype()) +
                     "; it must be boolean (true: may look) or floating (added to the scores)");
  }
  if (!broadcasts_to(mask.shape(), scores)) {
    throw ShapeError(std::string(op) + ": a mask of shape " + to_string(mask.shape()) +
                     " does not broadcast to the scores' shape, " + to_string(scores));
  }
}

void check_queries_and_keys(const Tensor& q, const Tensor& k) {
  if (q.dimension() < 2 || k.dimension() < 2 || q.shape(-1) != k.shape(-1)) {
    throw ShapeError(std::string(op) + ": queries of shape " + to_string(q.shape()) + " and keys of shape " +
                     to_string(k.shape()) + "; they must be (..., queries, width) and (..., keys, width)");
  }
}

Tensor drawn(const Shape& pairs, DType dtype, const AttentionOptions& options, random::Generator& generator) {
  return options.dropout == 0.0 ? Tensor() : dropout_mask(pairs, dtype, options.dropout, generator);
}

}  // namespace

Tensor attention_weights(const Tensor& q, const Tensor& k, const AttentionOptions& options) {
  check_queries_and_keys(q, k);
  // The factor goes to the queries, which are fewer than the scores.
  const double scale = options.scale.value_or(1.0 / std::sqrt(static_cast<double>(q.shape(-1))));
  Tensor scores = matmul(q * scale, swapaxes(k, -1, -2));
  check_mask(options.mask, scores.shape());
  const bool added = options.mask.defined() && options.mask.dtype() != boolean;
  if (added) scores = std::move(scores) + astype(options.mask, scores.dtype());
  return masked_softmax(std::move(scores), added ? Tensor() : options.mask, options.causal);
}

Tensor scaled_dot_product_attention(const Tensor& q, const Tensor& k, const Tensor& v, const AttentionOptions& options,
                                    random::Generator& generator) {
  if (v.dimension() < 2 || k.dimension() < 2 || v.shape(-2) != k.shape(-2)) {
    throw ShapeError(std::string(op) + ": keys of shape " + to_string(k.shape()) + " and values of shape " +
                     to_string(v.shape()) + "; they must be (..., keys, width) and (..., keys, width of values)");
  }
  check_queries_and_keys(q, k);
  if (can_fuse_attention(q, k, v, options.mask)) {
    const Shape pairs = shape_of_batch(batch_shape(q), q.shape(-2), k.shape(-2));
    check_mask(options.mask, pairs);
    return fused_attention(q, k, v, options, drawn(pairs, q.dtype(), options, generator));
  }
  const Tensor weights = attention_weights(q, k, options);
  return matmul(dropout(weights, options.dropout, true, generator), v);
}

Tensor packed_attention(const Tensor& qkv, std::size_t heads, const AttentionOptions& options,
                        random::Generator& generator) {
  if (qkv.dimension() != 3 || heads == 0 || qkv.shape(2) % (3 * heads) != 0) {
    throw ShapeError("packed_attention: queries, keys and values of shape " + to_string(qkv.shape()) + " for " +
                     std::to_string(heads) +
                     " heads; they must be (batch, places, 3 W), where W divides into the heads");
  }
  if (!is_floating(qkv.dtype()))
    return packed_attention(astype(qkv, as_floating(qkv.dtype())), heads, options, generator);
  const Shape pairs{qkv.shape(0), heads, qkv.shape(1), qkv.shape(1)};
  check_mask(options.mask, pairs);
  const Tensor kept = drawn(pairs, qkv.dtype(), options, generator);
  return can_fuse_attention(qkv, qkv, qkv, options.mask) ? fused_packed_attention(qkv, heads, options, kept)
                                                         : packed_attention_expression(qkv, heads, options, kept);
}

namespace {

Tensor may_look() { return Tensor(xt::xarray<bool>{{true, false, true}, {false, true, true}}); }

Tensor square_mask() { return Tensor(xt::xarray<bool>{{true, false}, {true, true}}); }

Tensor added_mask() {
  return Tensor(xt::xarray<double>{{0.5, -std::numeric_limits<double>::infinity(), 0.0}, {1.0, -2.0, 0.25}});
}

Tensor seeded_packed(const Tensor& qkv) {
  random::Generator generator(1);
  return packed_attention(qkv, 2, {.dropout = 0.4}, generator);
}

// The same draws at every call, as a gradient check needs them.
Tensor seeded_attention(const Tensors& x) {
  random::Generator generator(1);
  return scaled_dot_product_attention(x[0], x[1], x[2], {.dropout = 0.4}, generator);
}

}  // namespace

std::vector<OpEntry> attention_ops() {
  return {
      {"attention_weights",
       "attention",
       "softmax(q k^T * scale + mask)",
       {XTAPE_CASE(attention_weights(x[0], x[1]), any_value(2, 2, 3), any_value(2, 4, 3)),
        XTAPE_CASE(attention_weights(x[0], x[1], {.mask = may_look()}), any_value(2, 2), any_value(3, 2)),
        XTAPE_CASE(attention_weights(x[0], x[1], {.mask = added_mask(), .scale = 0.5}), any_value(2, 2),
                   any_value(3, 2)),
        XTAPE_CASE(attention_weights(x[0], x[1], {.mask = x[2]}), any_value(2, 2), any_value(3, 2), any_value(2, 3)),
        XTAPE_CASE(attention_weights(x[0], x[1], {.causal = true}), any_value(3, 2), any_value(3, 2))}},
      {"scaled_dot_product_attention",
       "attention",
       "attention_weights(q, k) v",
       {XTAPE_CASE(scaled_dot_product_attention(x[0], x[1], x[2]), any_value(2, 3), any_value(4, 3), any_value(4, 2)),
        XTAPE_CASE(scaled_dot_product_attention(x[0], x[1], x[2], {.causal = true}), any_value(1, 2, 2, 2),
                   any_value(2, 3, 2), any_value(2, 3, 1)),
        XTAPE_CASE(scaled_dot_product_attention(x[0], x[1], x[1], {.mask = may_look(), .causal = true}),
                   any_value(2, 2, 2), any_value(2, 3, 2)),
        XTAPE_CASE(scaled_dot_product_attention(x[0], x[1], x[2], {.mask = x[3]}), any_value(2, 2), any_value(3, 2),
                   any_value(3, 1), any_value(2, 3)),
        XTAPE_CASE(scaled_dot_product_attention(x[0], x[1], x[2]), any_value(0, 2), any_value(3, 2), any_value(3, 2)),
        XTAPE_CASE(seeded_attention(x), any_value(2, 2), any_value(3, 2), any_value(3, 2))}},
      {"packed_attention",
       "attention",
       "scaled_dot_product_attention of several heads whose q, k and v lie side by side",
       {XTAPE_CASE(packed_attention(x[0], 2, {.causal = true}), any_value(2, 3, 12)),
        XTAPE_CASE(packed_attention(x[0], 1, {.mask = square_mask(), .scale = 0.7}), any_value(2, 2, 6)),
        XTAPE_CASE(packed_attention(x[0], 1, {.mask = x[1]}), any_value(1, 2, 3), any_value(2, 2)),
        XTAPE_CASE(packed_attention(swapaxes(x[0], 0, 1), 2), any_value(2, 3, 6)),
        XTAPE_CASE(seeded_packed(x[0]), any_value(1, 2, 6)),
        XTAPE_CASE(packed_attention(x[0], 2), any_value(0, 3, 6))}},
  };
}

}  // namespace xtape
