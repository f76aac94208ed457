#include <autograd/kernels/attention.hpp>
#include <autograd/kernels/gemm.hpp>
#include <autograd/kernels/scratch.hpp>

#include <algorithm>

namespace xtape::kernels {

namespace {

// With a causal mask the scores are a triangle, of which blocks of queries leave out most of the empty part.
constexpr std::size_t causal_block = 32;

template <class T>
Matrix<T> as_is(const T* data, std::ptrdiff_t stride) {
  return {data, stride, false};
}
template <class T>
Matrix<T> turned(const T* data, std::ptrdiff_t stride) {
  return {data, stride, true};
}

// Calls `function(first, count, seen)` for blocks of queries, of which none looks beyond the first `seen` keys.
template <class T, class F>
void for_query_blocks(const AttentionHead<T>& head, const F& function) {
  const std::size_t step = head.mask.causal ? causal_block : head.queries;
  for (std::size_t first = 0; first < head.queries; first += step) {
    const std::size_t count = std::min(step, head.queries - first);
    function(first, count, head.mask.causal ? std::min(head.keys, first + count) : head.keys);
  }
}

// output = x^T z for x (queries, keys), contiguous: for blocks of keys, from the first query on that may look at them.
template <class T>
void multiply_turned(const AttentionHead<T>& head, const T* x, Rows<const T> z, std::size_t columns, Rows<T> output) {
  const std::size_t step = head.mask.causal ? causal_block : head.keys;
  for (std::size_t first = 0; first < head.keys; first += step) {
    const std::size_t from = head.mask.causal ? std::min(first, head.queries) : 0;
    gemm<T>(std::min(step, head.keys - first), columns, head.queries - from,
            turned(x + from * head.keys + first, static_cast<std::ptrdiff_t>(head.keys)), as_is(z[from], z.stride),
            output[first], false, static_cast<std::size_t>(output.stride));
  }
}

template <class T>
void scale_rows(const AttentionHead<T>& head, Rows<const T> from, Rows<T> to) {
  for (std::size_t row = 0; row < head.queries; ++row) {
    const T* source = from[row];
    T* target = to[row];
    for (std::size_t i = 0; i < head.width; ++i) target[i] = source[i] * head.scale;
  }
}

template <class T>
void multiply(const T* a, const T* b, std::size_t count, T* output) {
  for (std::size_t i = 0; i < count; ++i) output[i] = a[i] * b[i];
}

}  // namespace

template <class T>
void attention(const AttentionHead<T>& head, T* weights, Rows<T> y) {
  const std::size_t pairs = head.queries * head.keys;
  const auto width = static_cast<std::ptrdiff_t>(head.width), keys = static_cast<std::ptrdiff_t>(head.keys);
  const Scratch<T> scaled(head.queries * head.width), dropped(head.kept ? pairs : 0);
  scale_rows(head, head.q, Rows<T>{scaled.data(), width});
  for_query_blocks(head, [&](std::size_t first, std::size_t count, std::size_t seen) {
    gemm<T>(count, seen, head.width, as_is<T>(scaled.data() + first * head.width, width),
            turned(head.k.data, head.k.stride), weights + first * head.keys, false, head.keys);
  });
  masked_softmax<T>(weights, head.queries, head.keys, head.mask, weights);
  const T* used = weights;
  if (head.kept) {
    multiply(weights, head.kept, pairs, dropped.data());
    used = dropped.data();
  }
  for_query_blocks(head, [&](std::size_t first, std::size_t count, std::size_t seen) {
    gemm<T>(count, head.value_width, seen, as_is(used + first * head.keys, keys), as_is(head.v.data, head.v.stride),
            y[first], false, static_cast<std::size_t>(y.stride));
  });
}

template <class T>
void attention_gradient(const AttentionHead<T>& head, const T* weights, Rows<const T> g, Rows<T> dq, Rows<T> dk,
                        Rows<T> dv) {
  const std::size_t pairs = head.queries * head.keys;
  const auto width = static_cast<std::ptrdiff_t>(head.width), keys = static_cast<std::ptrdiff_t>(head.keys);
  const Scratch<T> scaled(head.queries * head.width), of_scores(pairs), dropped(head.kept ? pairs : 0);
  const T* used = weights;
  if (head.kept) {
    multiply(weights, head.kept, pairs, dropped.data());
    used = dropped.data();
  }
  multiply_turned(head, used, g, head.value_width, dv);

  T* scores = of_scores.data();  // their gradient, first as that of the weights
  for_query_blocks(head, [&](std::size_t first, std::size_t count, std::size_t seen) {
    gemm<T>(count, seen, head.value_width, as_is(g[first], g.stride), turned(head.v.data, head.v.stride),
            scores + first * head.keys, false, head.keys);
    for (std::size_t row = first; row < first + count; ++row) {
      std::fill(scores + row * head.keys + seen, scores + (row + 1) * head.keys, T(0));
    }
  });
  if (head.kept) multiply<T>(scores, head.kept, pairs, scores);
  softmax_gradient<T>(weights, scores, head.queries, head.keys, false, scores);

  for_query_blocks(head, [&](std::size_t first, std::size_t count, std::size_t seen) {
    gemm<T>(count, head.width, seen, as_is<T>(scores + first * head.keys, keys), as_is(head.k.data, head.k.stride),
            dq[first], false, static_cast<std::size_t>(dq.stride));
  });
  scale_rows(head, Rows<const T>{dq.data, dq.stride}, dq);
  scale_rows(head, head.q, Rows<T>{scaled.data(), width});
  multiply_turned<T>(head, scores, Rows<const T>{scaled.data(), width}, head.width, dk);
}

#define XTAPE_FOR(T)                                             \
  template void attention(const AttentionHead<T>&, T*, Rows<T>); \
  template void attention_gradient(const AttentionHead<T>&, const T*, Rows<const T>, Rows<T>, Rows<T>, Rows<T>);
XTAPE_FOR(float)
XTAPE_FOR(double)
#undef XTAPE_FOR

}  // namespace xtape::kernels
