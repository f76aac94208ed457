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

template <class Arch, class T>
void rows(const T* input, std::size_t row_count, std::size_t width, bool logarithm, T* output) {
  using Batch = xsimd::batch<T, Arch>;
  constexpr std::size_t step = Batch::size;
  alignas(64) T part[step];
  for (std::size_t r = 0; r < row_count; ++r, input += width, output += width) {
    T top = input[0];
    for (std::size_t i = 1; i < width; ++i) top = input[i] > top || input[i] != input[i] ? input[i] : top;
    if (top - top != T(0) && top < T(0)) top = T(0);  // a row of -inf: shifting by it would give nan everywhere

    Batch sums(T(0));
    T rest_sum = 0;
    for (std::size_t i = 0; i < width; i += step) {
      const std::size_t count = width - i < step ? width - i : step;
      for (std::size_t j = 0; j < count; ++j) part[j] = input[i + j] - top;
      for (std::size_t j = count; j < step; ++j) part[j] = T(0);
      const Batch shifted = Batch::load_aligned(part);
      const Batch powers = xsimd::exp(shifted);
      if (count == step) {
        sums += powers;
        (logarithm ? shifted : powers).store_unaligned(output + i);
      } else {
        alignas(64) T power[step];
        powers.store_aligned(power);
        for (std::size_t j = 0; j < count; ++j) {
          rest_sum += power[j];
          output[i + j] = logarithm ? part[j] : power[j];
        }
      }
    }
    sums.store_aligned(part);
    for (std::size_t j = 0; j < step; ++j) rest_sum += part[j];
    if (logarithm) {
      const T shift = static_cast<T>(__builtin_log(static_cast<double>(rest_sum)));
      for (std::size_t i = 0; i < width; ++i) output[i] -= shift;
    } else {
      const T scale = T(1) / rest_sum;
      for (std::size_t i = 0; i < width; ++i) output[i] *= scale;
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

// Of y = log(softmax(x)): g - exp(y) * sum(g). The rest of the row goes through one padded batch: a scalar exponential
// costs as much as a batch of them.
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

}  // namespace

const SoftmaxTable XTAPE_TABLE = {{rows<Architecture, float>, gradient_rows<Architecture, float>},
                                  {rows<Architecture, double>, gradient_rows<Architecture, double>}};

}  // namespace xtape::kernels
