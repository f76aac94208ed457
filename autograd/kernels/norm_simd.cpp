// The inner loops of the normalisations. CMake compiles this file once for each SIMD level.

#include <autograd/kernels/norm_loops.hpp>
#include <autograd/kernels/simd_sweep.hpp>

#if defined(XTAPE_LEVEL_AVX512)
#define XTAPE_TABLE norm_table_avx512
#elif defined(XTAPE_LEVEL_AVX2)
#define XTAPE_TABLE norm_table_avx2
#else
#define XTAPE_TABLE norm_table_baseline
#endif

namespace xtape::kernels {

namespace {

template <class Arch, class T>
struct Loops {
  template <class V>
  static V at(const T* values, std::size_t i) {
    return load_step<Arch, V>(values + i);
  }

  // Block by block, each read twice while it is in the first-level cache: the squares are taken around the block's own
  // mean, so that a large mean costs no digits, and blocks are merged in double.
  static Moments moments(const T* x, std::size_t count) {
    constexpr std::size_t block = 1024;
    Moments all;
    while (count > 0) {
      const std::size_t length = count < block ? count : block;
      const auto size = static_cast<double>(length);
      Total<Arch, T> sum;
      sweep<Arch, T>(length, [&]<class V>(Step<V>, std::size_t i) { sum.add(at<V>(x, i)); });
      const T centre = static_cast<T>(static_cast<double>(sum.value()) / size);

      Total<Arch, T> first, second;
      sweep<Arch, T>(length, [&]<class V>(Step<V>, std::size_t i) {
        const V distance = at<V>(x, i) - V(centre);
        first.add(distance);
        second.add(distance * distance);
      });
      const double rest = static_cast<double>(first.value());  // `centre` is a rounded mean
      const double mean = static_cast<double>(centre) + rest / size;
      const double squares = static_cast<double>(second.value()) - rest * rest / size;

      // Chan, Golub, LeVeque 1979: the moments of two sets from those of each.
      const double total = all.count + size, difference = mean - all.mean;
      all.mean += difference * size / total;
      all.squares += squares + difference * difference * all.count * size / total;
      all.count = total;
      x += length;
      count -= length;
    }
    return all;
  }

  template <bool weighted, bool biased>
  static void apply_as(const T* x, std::size_t count, T mean, T scale, const T* weight, const T* bias, T shift, T* y) {
    sweep<Arch, T>(count, [&]<class V>(Step<V>, std::size_t i) {
      V value = (at<V>(x, i) - V(mean)) * V(scale);
      if constexpr (weighted) value = value * at<V>(weight, i);
      if constexpr (biased) {
        value = value + at<V>(bias, i);
      } else {
        value = value + V(shift);
      }
      store_step<Arch>(y + i, value);
    });
  }

  static void apply(const T* x, std::size_t count, T mean, T scale, const T* weight, const T* bias, T shift, T* y) {
    if (weight) {
      (bias ? apply_as<true, true> : apply_as<true, false>)(x, count, mean, scale, weight, bias, shift, y);
    } else {
      (bias ? apply_as<false, true> : apply_as<false, false>)(x, count, mean, scale, weight, bias, shift, y);
    }
  }

  template <bool weighted>
  static GradientSums sums_as(const T* x, const T* g, const T* weight, std::size_t count, T mean) {
    Total<Arch, T> plain, centred;
    sweep<Arch, T>(count, [&]<class V>(Step<V>, std::size_t i) {
      V h = at<V>(g, i);
      if constexpr (weighted) h = h * at<V>(weight, i);
      plain.add(h);
      centred.add(h * (at<V>(x, i) - V(mean)));
    });
    return {static_cast<double>(plain.value()), static_cast<double>(centred.value())};
  }

  static GradientSums sums(const T* x, const T* g, const T* weight, std::size_t count, T mean) {
    return weight ? sums_as<true>(x, g, weight, count, mean) : sums_as<false>(x, g, weight, count, mean);
  }

  static void gradient(const T* x, const T* g, const T* weight, std::size_t count, T mean, T a, T b, T c, T* dx) {
    if (weight) {
      sweep<Arch, T>(count, [&]<class V>(Step<V>, std::size_t i) {
        const V h = at<V>(g, i) * at<V>(weight, i);
        store_step<Arch>(dx + i, V(a) * h + (V(b) * (at<V>(x, i) - V(mean)) + V(c)));
      });
    } else {
      sweep<Arch, T>(count, [&]<class V>(Step<V>, std::size_t i) {
        store_step<Arch>(dx + i, V(a) * at<V>(g, i) + (V(b) * (at<V>(x, i) - V(mean)) + V(c)));
      });
    }
  }

  static void add_sums(const T* x, const T* g, std::size_t count, T mean, T scale, T* plain, T* centred) {
    sweep<Arch, T>(count, [&]<class V>(Step<V>, std::size_t i) {
      const V upstream = at<V>(g, i);
      store_step<Arch>(plain + i, at<V>(plain, i) + upstream);
      store_step<Arch>(centred + i, at<V>(centred, i) + upstream * ((at<V>(x, i) - V(mean)) * V(scale)));
    });
  }

  static void add_column_moments(const T* x, std::size_t count, const T* mean, T* first, T* second) {
    sweep<Arch, T>(count, [&]<class V>(Step<V>, std::size_t i) {
      const V distance = at<V>(x, i) - at<V>(mean, i);
      store_step<Arch>(first + i, at<V>(first, i) + distance);
      store_step<Arch>(second + i, at<V>(second, i) + distance * distance);
    });
  }

  static void apply_columns(const T* x, std::size_t count, const T* mean, const T* scale, const T* shift, T* y) {
    sweep<Arch, T>(count, [&]<class V>(Step<V>, std::size_t i) {
      store_step<Arch>(y + i, (at<V>(x, i) - at<V>(mean, i)) * at<V>(scale, i) + at<V>(shift, i));
    });
  }

  static void add_column_sums(const T* x, const T* g, std::size_t count, const T* mean, T* plain, T* centred) {
    sweep<Arch, T>(count, [&]<class V>(Step<V>, std::size_t i) {
      const V upstream = at<V>(g, i);
      store_step<Arch>(plain + i, at<V>(plain, i) + upstream);
      store_step<Arch>(centred + i, at<V>(centred, i) + upstream * (at<V>(x, i) - at<V>(mean, i)));
    });
  }

  static void column_gradient(const T* x, const T* g, std::size_t count, const T* mean, const T* a, const T* b,
                              const T* c, T* dx) {
    sweep<Arch, T>(count, [&]<class V>(Step<V>, std::size_t i) {
      const V centred = at<V>(x, i) - at<V>(mean, i);
      store_step<Arch>(dx + i, at<V>(a, i) * at<V>(g, i) + (at<V>(b, i) * centred + at<V>(c, i)));
    });
  }

  static constexpr NormLoops<T> table() {
    return {moments,       apply,           sums,           gradient, add_sums, add_column_moments,
            apply_columns, add_column_sums, column_gradient};
  }
};

}  // namespace

const NormTable XTAPE_TABLE = {Loops<Architecture, float>::table(), Loops<Architecture, double>::table()};

}  // namespace xtape::kernels
