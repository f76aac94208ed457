#pragma once

#include <autograd/kernels/softmax.hpp>

/// Attention of one head, forward and backward. Matrices are row-major with rows as far apart as their Rows say.
namespace xtape::kernels {

/// A row-major matrix in memory; T is const for one that is read.
template <class T>
struct Rows {
  T* data = nullptr;
  std::ptrdiff_t stride = 0;

  T* operator[](std::size_t row) const { return data + static_cast<std::ptrdiff_t>(row) * stride; }
};

template <class T>
struct AttentionHead {
  std::size_t queries, keys, width, value_width;  // none of them 0
  Rows<const T> q, k, v;
  T scale;
  RowMask mask;             // of this head: `outer` is {queries}
  const T* kept = nullptr;  // (queries, keys): what dropout multiplies the weights by, or null
};

/// weights = softmax(scale q k^T), masked, contiguous (queries, keys), and y = (weights kept) v.
template <class T>
void attention(const AttentionHead<T>& head, T* weights, Rows<T> y);

/// The gradients of q, k and v from that of y, and the weights.
template <class T>
void attention_gradient(const AttentionHead<T>& head, const T* weights, Rows<const T> g, Rows<T> dq, Rows<T> dk,
                        Rows<T> dv);

}  // namespace xtape::kernels
