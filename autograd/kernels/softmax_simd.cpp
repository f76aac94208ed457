// Softmax over rows. CMake compiles this file once for each SIMD level.

#include <autograd/kernels/simd_sweep.hpp>
#include <autograd/kernels/softmax_rows.hpp>

#if defined(XTAPE_LEVEL_AVX512)
#define XTAPE_TABLE softmax_rows_avx512
#elif defined(XTAPE_LEVEL_AVX2)
#define XTAPE_TABLE softmax_rows_avx2
#else
#define XTAPE_TABLE softmax_rows_baseline
#endif

namespace xtape::kernels {

namespace {

// The largest element, or 0 of a row of -inf, since a shift by it would give nan everywhere. It may pass over a nan,
// which the sum of exponentials then meets.
template <class Arch, class T>
T largest(const T* input, std::size_t width) {
  using Batch = xsimd::batch<T, Arch>;
  T top = input[0];
  std::size_t i = 0;
  if (width >= Batch::size) {
    Batch tops = Batch::load_unaligned(input);
    for (i = Batch::size; i + Batch::size <= width; i += Batch::size) {
      tops = xsimd::max(Batch::load_unaligned(input + i), tops);
    }
    alignas(64) T lane[Batch::size];
    tops.store_aligned(lane);
    for (std::size_t j = 0; j < Batch::size; ++j) top = lane[j] > top ? lane[j] : top;
  }
  for (; i < width; ++i) top = input[i] > top ? input[i] : top;
  return top - top != T(0) && top < T(0) ? T(0) : top;
}

// Writes exp(x - top), or x - top where the logarithm is asked for, and gives the sum of the exponentials. The rest of
// the row goes through one padded batch: a scalar exponential costs as much as a batch of them.
template <class Arch, class T>
T shifted_row(const T* input, std::size_t width, T top, bool logarithm, T* output) {
  using Batch = xsimd::batch<T, Arch>;
  Total<Arch, T> total;
  std::size_t i = 0;
  for (; i + Batch::size <= width; i += Batch::size) {
    const Batch shifted = Batch::load_unaligned(input + i) - Batch(top);
    const Batch powers = xsimd::exp(shifted);
    total.add(powers);
    (logarithm ? shifted : powers).store_unaligned(output + i);
  }
  if (i == width) return total.value();

  alignas(64) T shifted[Batch::size] = {}, power[Batch::size];
  for (std::size_t j = i; j < width; ++j) shifted[j - i] = input[j] - top;
  xsimd::exp(Batch::load_aligned(shifted)).store_aligned(power);
  for (std::size_t j = i; j < width; ++j) {
    total.add(power[j - i]);
    output[j] = logarithm ? shifted[j - i] : power[j - i];
  }
  return total.value();
}

// The sum of exp(x - top) over a row.
template <class Arch, class T>
T exponential_sum(const T* input, std::size_t width, T top) {
  using Batch = xsimd::batch<T, Arch>;
  Total<Arch, T> total;
  std::size_t i = 0;
  for (; i + Batch::size <= width; i += Batch::size)
    total.add(xsimd::exp(Batch::load_unaligned(input + i) - Batch(top)));
  if (i == width) return total.value();

  alignas(64) T part[Batch::size] = {};
  for (std::size_t j = i; j < width; ++j) part[j - i] = input[j] - top;
  xsimd::exp(Batch::load_aligned(part)).store_aligned(part);
  for (std::size_t j = i; j < width; ++j) total.add(part[j - i]);
  return total.value();
}

// -log(softmax(x))[target] of each row.
template <class Arch, class T>
void losses(const T* scores, const std::int64_t* targets, std::size_t row_count, std::size_t width, T* output) {
  for (std::size_t r = 0; r < row_count; ++r, scores += width) {
    const T top = largest<Arch>(scores, width);
    const T total = exponential_sum<Arch>(scores, width, top);
    output[r] = static_cast<T>(__builtin_log(static_cast<double>(total))) - (scores[targets[r]] - top);
  }
}

// Writes factor * softmax(x).
template <class Arch, class T>
void scaled_row(const T* input, std::size_t width, T factor, T* output) {
  const T total = shifted_row<Arch>(input, width, largest<Arch>(input, width), false, output);
  const T scale = factor / total;
  for (std::size_t i = 0; i < width; ++i) output[i] *= scale;
}

// (softmax(x) - one_hot(target)) * factor.
template <class Arch, class T>
void loss_gradient(const T* scores, std::int64_t target, T factor, std::size_t width, T* output) {
  scaled_row<Arch>(scores, width, factor, output);
  output[target] -= factor;
}

template <class Arch, class T>
void rows(const T* input, std::size_t row_count, std::size_t width, bool logarithm, T* output) {
  for (std::size_t r = 0; r < row_count; ++r, input += width, output += width) {
    if (logarithm) {
      const T total = shifted_row<Arch>(input, width, largest<Arch>(input, width), true, output);
      const T shift = static_cast<T>(__builtin_log(static_cast<double>(total)));
      for (std::size_t i = 0; i < width; ++i) output[i] -= shift;
    } else {
      scaled_row<Arch>(input, width, T(1), output);
    }
  }
}

// Of y = softmax(x): y * (g - sum(g * y)).
template <class Arch, class T>
void gradient_row(const T* y, const T* g, std::size_t width, T* output) {
  Total<Arch, T> products;
  sweep<Arch, T>(width, [&]<class V>(Step<V>, std::size_t i) {
    products.add(load_step<Arch, V>(g + i) * load_step<Arch, V>(y + i));
  });
  const T along = products.value();
  sweep<Arch, T>(width, [&]<class V>(Step<V>, std::size_t i) {
    store_step<Arch>(output + i, load_step<Arch, V>(y + i) * (load_step<Arch, V>(g + i) - V(along)));
  });
}

// Of y = log(softmax(x)): g - exp(y) * sum(g), the rest of the row padded as above.
template <class Arch, class T>
void log_gradient_row(const T* y, const T* g, std::size_t width, T* output) {
  using Batch = xsimd::batch<T, Arch>;
  Total<Arch, T> total;
  sweep<Arch, T>(width, [&]<class V>(Step<V>, std::size_t i) { total.add(load_step<Arch, V>(g + i)); });
  const Batch sum(total.value());
  std::size_t i = 0;
  for (; i + Batch::size <= width; i += Batch::size) {
    const Batch result = Batch::load_unaligned(g + i) - xsimd::exp(Batch::load_unaligned(y + i)) * sum;
    result.store_unaligned(output + i);
  }
  alignas(64) T part[Batch::size] = {};
  for (std::size_t j = i; j < width; ++j) part[j - i] = y[j];
  const Batch powers = xsimd::exp(Batch::load_aligned(part)) * sum;
  powers.store_aligned(part);
  for (std::size_t j = i; j < width; ++j) output[j] = g[j] - part[j - i];
}

template <class Arch, class T>
void gradient_rows(const T* y, const T* g, std::size_t row_count, std::size_t width, bool logarithm, T* output) {
  for (std::size_t at = 0; at < row_count * width; at += width) {
    (logarithm ? log_gradient_row<Arch, T> : gradient_row<Arch, T>)(y + at, g + at, width, output + at);
  }
}

template <class T>
constexpr SoftmaxRows<T> loops{rows<Architecture, T>, gradient_rows<Architecture, T>, losses<Architecture, T>,
                               loss_gradient<Architecture, T>};

}  // namespace

const SoftmaxTable XTAPE_TABLE = {loops<float>, loops<double>};

}  // namespace xtape::kernels
