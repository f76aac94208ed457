#include <autograd/kernels/parallel.hpp>
#include <autograd/kernels/simd_level.hpp>
#include <autograd/kernels/softmax.hpp>
#include <autograd/kernels/softmax_rows.hpp>

#include <limits>

namespace xtape::kernels {

namespace {

template <class T>
const SoftmaxRows<T>& chosen_rows() {
  static const SoftmaxTable& table = XTAPE_OF_SIMD_LEVEL(softmax_rows);
  if constexpr (sizeof(T) == sizeof(float)) {
    return table.float_rows;
  } else {
    return table.double_rows;
  }
}

constexpr std::size_t exponential = 10;  // costs that many plain operations, roughly

// The first element that row number `row` reads of the mask.
const bool* mask_row(const RowMask& mask, std::size_t row) {
  const bool* at = mask.data;
  for (std::size_t axis = mask.outer.size(); axis-- > 0;) {
    at += static_cast<std::ptrdiff_t>(row % mask.outer[axis]) * mask.strides[axis];
    row /= mask.outer[axis];
  }
  return at;
}

template <class T>
constexpr T nothing = -std::numeric_limits<T>::infinity();

// The columns that take part, with -inf in place of the others.
template <class T>
void copy_visible(const T* input, const bool* visible, std::ptrdiff_t step, std::size_t width, T* output) {
  for (std::size_t i = 0; i < width; ++i) {
    output[i] = visible[static_cast<std::ptrdiff_t>(i) * step] ? input[i] : nothing<T>;
  }
}

}  // namespace

template <class T>
void softmax(const T* input, std::size_t rows, std::size_t width, bool logarithm, T* output) {
  if (width == 0) return;
  parallel_rows(rows, width * exponential, [&](std::size_t begin, std::size_t end) {
    chosen_rows<T>().values(input + begin * width, end - begin, width, logarithm, output + begin * width);
  });
}

template <class T>
void softmax_gradient(const T* result, const T* upstream, std::size_t rows, std::size_t width, bool logarithm,
                      T* output) {
  if (width == 0) return;
  parallel_rows(rows, logarithm ? width * exponential : width, [&](std::size_t begin, std::size_t end) {
    const std::size_t at = begin * width;
    chosen_rows<T>().gradient(result + at, upstream + at, end - begin, width, logarithm, output + at);
  });
}

template <class T>
void masked_softmax(const T* input, std::size_t rows, std::size_t width, const RowMask& mask, T* output) {
  if (width == 0) return;
  const std::size_t queries = mask.outer.empty() ? 1 : mask.outer.back();
  parallel_rows(rows, width * exponential, [&](std::size_t begin, std::size_t end) {
    for (std::size_t r = begin; r < end; ++r) {
      const T* scores = input + r * width;
      T* row = output + r * width;
      const std::size_t seen = mask.causal ? std::min(width, r % queries + 1) : width;
      if (mask.data) {
        copy_visible(scores, mask_row(mask, r), mask.step, seen, row);
        scores = row;
      }
      const bool any = std::any_of(scores, scores + seen, [](T score) { return !(score == nothing<T>); });
      if (any) chosen_rows<T>().values(scores, 1, seen, false, row);
      std::fill(any ? row + seen : row, row + width, T(0));
    }
  });
}

template <class T>
void cross_entropy(const T* scores, const std::int64_t* targets, std::size_t rows, std::size_t width, T* output) {
  parallel_rows(rows, width * exponential, [&](std::size_t begin, std::size_t end) {
    chosen_rows<T>().losses(scores + begin * width, targets + begin, end - begin, width, output + begin);
  });
}

template <class T>
void cross_entropy_gradient(const T* scores, const std::int64_t* targets, std::size_t rows, std::size_t width,
                            const T* upstream, std::size_t step, double scale, T* output) {
  if (width == 0) return;
  parallel_rows(rows, width * exponential, [&](std::size_t begin, std::size_t end) {
    for (std::size_t r = begin; r < end; ++r) {
      const T factor = upstream[r * step] * static_cast<T>(scale);
      chosen_rows<T>().loss_gradient(scores + r * width, targets[r], factor, width, output + r * width);
    }
  });
}

#define XTAPE_FOR(T)                                                                                                   \
  template void softmax(const T*, std::size_t, std::size_t, bool, T*);                                                 \
  template void softmax_gradient(const T*, const T*, std::size_t, std::size_t, bool, T*);                              \
  template void masked_softmax(const T*, std::size_t, std::size_t, const RowMask&, T*);                                \
  template void cross_entropy(const T*, const std::int64_t*, std::size_t, std::size_t, T*);                            \
  template void cross_entropy_gradient(const T*, const std::int64_t*, std::size_t, std::size_t, const T*, std::size_t, \
                                       double, T*);
XTAPE_FOR(float)
XTAPE_FOR(double)
#undef XTAPE_FOR

}  // namespace xtape::kernels
