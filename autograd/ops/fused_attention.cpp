#include <autograd/composite.hpp>
#include <autograd/kernels/attention.hpp>
#include <autograd/kernels/parallel.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/fused_attention.hpp>
#include <autograd/ops/matmul.hpp>
#include <autograd/ops/matrices.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/ops/slice.hpp>

#include <algorithm>
#include <cmath>

namespace xtape {

namespace {

// --- heads as matrices in memory

// Queries, keys and values, or their gradients: (..., places, width), the elements of a row side by side.
struct Parts {
  Tensor q, k, v;
};

// Rows that lie one behind the other, with gaps or without: no broadcast ones, and none backwards.
Tensor with_whole_rows(const Tensor& x) {
  const std::ptrdiff_t row_step = x.strides()[x.dimension() - 2];
  const bool apart = x.shape(-2) == 1 || row_step >= static_cast<std::ptrdiff_t>(x.shape(-1));
  return x.strides().back() == 1 && apart ? x : x.contiguous();
}

// The matrix number `index` of a batch of them.
template <class T>
kernels::Rows<T> matrix(const Tensor& x, const Shape& batches, std::size_t index) {
  const Strides steps(x.strides().begin(), x.strides().end() - 2);
  auto* data = static_cast<T*>(x.mutable_data()) + batch_offset(index, batches, steps);
  // The stride of a single row can be anything.
  return {data, std::max(x.strides()[x.dimension() - 2], static_cast<std::ptrdiff_t>(x.shape(-1)))};
}
template <class T>
kernels::Rows<const T> read(const Tensor& x, const Shape& batches, std::size_t index) {
  const kernels::Rows<T> rows = matrix<T>(x, batches, index);
  return {rows.data, rows.stride};
}

// What the kernels need beside the parts.
struct Settings {
  bool causal;
  double scale;
  Tensor mask;     // boolean, or undefined
  Tensor kept;     // (..., queries, keys), or undefined
  Tensor weights;  // likewise; what the softmax gives
};

template <class T>
kernels::AttentionHead<T> head_of(const Parts& parts, const Settings& settings, const Shape& batches,
                                  std::size_t index) {
  kernels::AttentionHead<T> head{.queries = parts.q.shape(-2),
                                 .keys = parts.k.shape(-2),
                                 .width = parts.q.shape(-1),
                                 .value_width = parts.v.shape(-1),
                                 .q = read<T>(parts.q, batches, index),
                                 .k = read<T>(parts.k, batches, index),
                                 .v = read<T>(parts.v, batches, index),
                                 .scale = static_cast<T>(settings.scale),
                                 .mask = {}};
  head.mask.causal = settings.causal;
  head.mask.outer = {head.queries};
  const Tensor& mask = settings.mask;
  if (mask.defined()) {
    const Strides strides = broadcast_strides(mask.shape(), mask.strides(), settings.weights.shape());
    const Strides steps(strides.begin(), strides.end() - 2);
    head.mask.data = static_cast<const bool*>(mask.raw_data()) + batch_offset(index, batches, steps);
    head.mask.strides = {strides[strides.size() - 2]};
    head.mask.step = strides.back();
  }
  if (settings.kept.defined()) head.kept = settings.kept.data<T>() + index * head.queries * head.keys;
  return head;
}

// Calls `function(head, index, weights)` for every head, many at a time.
template <class T, class F>
void for_each_head(const Parts& parts, const Settings& settings, const F& function) {
  const Shape batches = batch_shape(parts.q);
  const std::size_t pairs = parts.q.shape(-2) * parts.k.shape(-2);
  constexpr std::size_t multiplications = 16;  // take as long as an element of cheap work
  const std::size_t work = pairs * (parts.q.shape(-1) + parts.v.shape(-1)) / multiplications + 1;
  auto* weights = static_cast<T*>(settings.weights.mutable_data());
  kernels::parallel_rows(element_count(batches), work, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      function(head_of<T>(parts, settings, batches, i), i, weights + i * pairs);
    }
  });
}

// Of the two products, as if no key were masked; a gradient takes four of the same sizes.
std::size_t flops_of(const Parts& parts, const Settings& settings) {
  return 2 * settings.weights.size() * (parts.q.shape(-1) + parts.v.shape(-1));
}

void run(const Parts& parts, const Settings& settings, const Tensor& result) {
  profile::count_flops(flops_of(parts, settings));
  const Shape batches = batch_shape(parts.q);
  visit_floating(result.dtype(), [&]<class T>(TypeTag<T>) {
    for_each_head<T>(parts, settings, [&](const auto& head, std::size_t i, T* weights) {
      kernels::attention<T>(head, weights, matrix<T>(result, batches, i));
    });
  });
}

void run_back(const Parts& parts, const Settings& settings, const Tensor& upstream, const Parts& gradients) {
  const profile::Op profiled("attention_gradient", parts.q, parts.k, parts.v, settings.weights, upstream);
  profile::count_flops(2 * flops_of(parts, settings));
  const Shape batches = batch_shape(parts.q);
  const Tensor g = with_whole_rows(upstream);
  visit_floating(g.dtype(), [&]<class T>(TypeTag<T>) {
    for_each_head<T>(parts, settings, [&](const auto& head, std::size_t i, const T* weights) {
      kernels::attention_gradient<T>(head, weights, read<T>(g, batches, i), matrix<T>(gradients.q, batches, i),
                                     matrix<T>(gradients.k, batches, i), matrix<T>(gradients.v, batches, i));
    });
  });
  for (const Tensor& gradient : {gradients.q, gradients.k, gradients.v}) profiled.result(gradient);
}

Settings settings_for(const Parts& parts, const AttentionOptions& options, const Tensor& kept) {
  const double scale = options.scale.value_or(1.0 / std::sqrt(static_cast<double>(parts.q.shape(-1))));
  const Shape pairs = shape_of_batch(batch_shape(parts.q), parts.q.shape(-2), parts.k.shape(-2));
  return {options.causal, scale, options.mask, kept, Tensor::uninitialized(pairs, parts.q.dtype())};
}

AttentionOptions options_of(const Settings& settings, const Tensor& mask) {
  return {.mask = mask, .causal = settings.causal, .scale = settings.scale};
}

// --- queries, keys and values as three tensors

struct AttentionRule {
  Settings settings;  // the mask is an input

  Tensor expression(const Tensors& in) const {
    return attention_expression(in[0], in[1], in[2], options_of(settings, in[3]), settings.kept);
  }
  Tensors gradients(const Tensors& in, const Tensor& upstream, const std::vector<bool>&) const {
    Tensors result;
    for (std::size_t i = 0; i < 3; ++i) result.push_back(Tensor::uninitialized(in[i].shape(), upstream.dtype()));
    const Parts parts{with_whole_rows(in[0]), with_whole_rows(in[1]), with_whole_rows(in[2])};
    run_back(parts, settings, upstream, {result[0], result[1], result[2]});
    result.emplace_back();  // the mask
    return result;
  }
};

// --- the three side by side

// A new tensor (batch, places, width), in memory in the order that `like` has.
Tensor laid_out_as(const Tensor& like, std::size_t width) {
  const std::size_t batch = like.shape(0), places = like.shape(1);
  if (like.strides()[0] >= like.strides()[1]) return Tensor::uninitialized({batch, places, width}, like.dtype());
  return swapaxes(Tensor::uninitialized({places, batch, width}, like.dtype()), 0, 1);
}

// Part number `number` of `count` of (batch, places, count heads width), as (batch, heads, places, width).
Tensor by_head(const Tensor& x, std::size_t heads, std::size_t number, std::size_t count) {
  const std::size_t width = x.shape(2) / count / heads;
  const auto step = static_cast<std::ptrdiff_t>(width);
  return Tensor(TensorImpl::view(*x.impl(), {x.shape(0), heads, x.shape(1), width},
                                 {x.strides()[0], step, x.strides()[1], 1},
                                 static_cast<std::ptrdiff_t>(number * heads) * step));
}

Parts parts_of(const Tensor& qkv, std::size_t heads) {
  return {by_head(qkv, heads, 0, 3), by_head(qkv, heads, 1, 3), by_head(qkv, heads, 2, 3)};
}

struct PackedAttentionRule {
  Settings settings;
  std::size_t heads;

  Tensor expression(const Tensors& in) const {
    return packed_attention_expression(in[0], heads, options_of(settings, in[1]), settings.kept);
  }
  Tensors gradients(const Tensors& in, const Tensor& upstream, const std::vector<bool>&) const {
    const Tensor qkv = with_whole_rows(in[0]), g = with_whole_rows(upstream);
    const Tensor gradient = laid_out_as(qkv, qkv.shape(2));
    run_back(parts_of(qkv, heads), settings, by_head(g, heads, 0, 1), parts_of(gradient, heads));
    return {gradient, Tensor()};
  }
};

}  // namespace

bool can_fuse_attention(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& mask) {
  return !watched() && is_floating(q.dtype()) && k.dtype() == q.dtype() && v.dtype() == q.dtype() && q.size() > 0 &&
         k.size() > 0 && v.size() > 0 && batch_shape(q) == batch_shape(k) && batch_shape(q) == batch_shape(v) &&
         (!mask.defined() || mask.dtype() == boolean);
}

Tensor fused_attention(const Tensor& q, const Tensor& k, const Tensor& v, const AttentionOptions& options,
                       const Tensor& kept) {
  const profile::Op profiled("attention", q, k, v, options.mask);
  const Parts parts{with_whole_rows(q.detach()), with_whole_rows(k.detach()), with_whole_rows(v.detach())};
  const Settings settings = settings_for(parts, options, kept);
  const Tensor result =
      Tensor::uninitialized(shape_of_batch(batch_shape(q), q.shape(-2), v.shape(-1)), settings.weights.dtype());
  run(parts, settings, result);
  return record_composite("attention", result, {q, k, v, options.mask}, AttentionRule{settings});
}

Tensor fused_packed_attention(const Tensor& qkv, std::size_t heads, const AttentionOptions& options,
                              const Tensor& kept) {
  const profile::Op profiled("packed_attention", qkv, options.mask);
  const Tensor source = with_whole_rows(qkv.detach());
  const Parts parts = parts_of(source, heads);
  const Settings settings = settings_for(parts, options, kept);
  const Tensor result = laid_out_as(source, qkv.shape(2) / 3);
  run(parts, settings, by_head(result, heads, 0, 1));
  return record_composite("packed_attention", result, {qkv, options.mask}, PackedAttentionRule{settings, heads});
}

Tensor attention_expression(const Tensor& q, const Tensor& k, const Tensor& v, const AttentionOptions& options,
                            const Tensor& kept) {
  const Tensor weights = attention_weights(q, k, options);
  return matmul(kept.defined() ? weights * kept : weights, v);
}

Tensor packed_attention_expression(const Tensor& qkv, std::size_t heads, const AttentionOptions& options,
                                   const Tensor& kept) {
  const std::size_t batch = qkv.shape(0), places = qkv.shape(1), width = qkv.shape(2) / 3;
  Tensors parts = split(qkv, 3, -1);
  for (Tensor& part : parts) part = swapaxes(reshape(part, {batch, places, heads, width / heads}), 1, 2);
  const Tensor y = attention_expression(parts[0], parts[1], parts[2], options, kept);
  return reshape(swapaxes(y, 1, 2), {batch, places, width});
}

}  // namespace xtape
