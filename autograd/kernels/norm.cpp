#include <autograd/kernels/norm.hpp>
#include <autograd/kernels/norm_loops.hpp>
#include <autograd/kernels/parallel.hpp>
#include <autograd/kernels/simd_level.hpp>

#include <vector>

namespace xtape::kernels {

namespace {

template <class T>
const NormLoops<T>& norm_loops() {
  static const NormTable& table = XTAPE_OF_SIMD_LEVEL(norm_table);
  if constexpr (sizeof(T) == sizeof(float)) {
    return table.float_loops;
  } else {
    return table.double_loops;
  }
}

// A set of moments joined by another, as in norm_simd.cpp.
void merge(Moments& all, const Moments& part) {
  const double total = all.count + part.count, difference = part.mean - all.mean;
  if (total == 0.0) return;
  all.mean += difference * part.count / total;
  all.squares += part.squares + difference * difference * all.count * part.count / total;
  all.count = total;
}

// Sums over the rows of an array, element by element: `add(row, first, second)` adds row number `row` to two runs of
// `width`. Rows are summed in chunks, and the chunks in double: the error does not grow with the number of rows, and
// the result is the same for any number of threads.
template <class T, class F>
void sum_rows(std::size_t rows, std::size_t width, const F& add, std::vector<double>& first,
              std::vector<double>& second) {
  constexpr std::size_t chunk = 256;
  const std::size_t chunks = (rows + chunk - 1) / chunk;
  std::vector<T> parts(chunks * 2 * width);
  parallel_rows(chunks, chunk * width, [&](std::size_t begin, std::size_t end) {
    for (std::size_t r = begin * chunk; r < std::min(rows, end * chunk); ++r) {
      T* part = parts.data() + r / chunk * 2 * width;
      add(r, part, part + width);
    }
  });
  first.assign(width, 0.0);
  second.assign(width, 0.0);
  const T* part = parts.data();
  for (std::size_t c = 0; c < chunks; ++c, part += 2 * width) {
    for (std::size_t i = 0; i < width; ++i) first[i] += static_cast<double>(part[i]);
    for (std::size_t i = 0; i < width; ++i) second[i] += static_cast<double>(part[width + i]);
  }
}

// Mean and variance of the columns of a (rows, width) array.
template <class T>
void column_moments(const T* x, std::size_t rows, std::size_t width, T* mean, T* variance) {
  const NormLoops<T>& loops = norm_loops<T>();
  const auto count = static_cast<double>(std::max<std::size_t>(rows, 1));
  const std::vector<T> zero(width);
  std::vector<double> first, second;
  const auto moments_around = [&](const T* centre) {
    sum_rows<T>(
        rows, width,
        [&](std::size_t r, T* to, T* squares) { loops.add_column_moments(x + r * width, width, centre, to, squares); },
        first, second);
  };
  moments_around(zero.data());
  for (std::size_t i = 0; i < width; ++i) mean[i] = static_cast<T>(first[i] / count);
  moments_around(mean);
  for (std::size_t i = 0; i < width; ++i) {
    const double rest = first[i] / count;  // mean[i] was rounded
    variance[i] = static_cast<T>(std::max(second[i] / count - rest * rest, 0.0));
    mean[i] = static_cast<T>(static_cast<double>(mean[i]) + rest);
  }
}

// The blocks of the form "by group", one after the other.
template <class F>
void for_each_group(const NormExtent& extent, const F& function) {
  const std::size_t size = extent.members * extent.length;
  parallel_rows(extent.outer * extent.groups, size, [&](std::size_t begin, std::size_t end) {
    for (std::size_t b = begin; b < end; ++b) function(b, b * size, b % extent.groups * extent.members);
  });
}

// The runs of the form "by channel".
template <class F>
void for_each_run(const NormExtent& extent, const F& function) {
  parallel_rows(extent.outer * extent.members, extent.length, [&](std::size_t begin, std::size_t end) {
    for (std::size_t r = begin; r < end; ++r) function(r * extent.length, r % extent.members);
  });
}

template <class T>
const T* part_of(const T* parameters, std::size_t at) {
  return parameters ? parameters + at : nullptr;
}

}  // namespace

// --- by group

template <class T>
void group_moments(const T* x, const NormExtent& extent, bool centred, T* mean, T* variance) {
  const NormLoops<T>& loops = norm_loops<T>();
  for_each_group(extent, [&](std::size_t block, std::size_t at, std::size_t) {
    const Moments moments = loops.moments(x + at, extent.members * extent.length);
    mean[block] = centred ? static_cast<T>(moments.mean) : T(0);
    variance[block] =
        static_cast<T>(moments.squares / std::max(moments.count, 1.0) + (centred ? 0.0 : moments.mean * moments.mean));
  });
}

template <class T>
void group_normalize(const T* x, const NormExtent& extent, const NormScale<T>& scale, const T* bias, T* y) {
  const NormLoops<T>& loops = norm_loops<T>();
  for_each_group(extent, [&](std::size_t block, std::size_t at, std::size_t parameter) {
    const T *weights = part_of(scale.weight, parameter), *shifts = part_of(bias, parameter);
    const T mean = scale.mean[block], inverse = scale.inverse[block];
    if (extent.length == 1) return loops.apply(x + at, extent.members, mean, inverse, weights, shifts, T(0), y + at);
    for (std::size_t m = 0; m < extent.members; ++m, at += extent.length) {
      loops.apply(x + at, extent.length, mean, weights ? inverse * weights[m] : inverse, nullptr, nullptr,
                  shifts ? shifts[m] : T(0), y + at);
    }
  });
}

template <class T>
void group_sums(const T* x, const T* g, const NormExtent& extent, const NormScale<T>& scale, const NormSums<T>& sums) {
  const NormLoops<T>& loops = norm_loops<T>();
  const std::size_t width = extent.parameters();
  if (extent.length == 1) {
    std::vector<double> plain, centred;
    const auto add = [&](std::size_t row, T* to_plain, T* to_centred) {
      for (std::size_t group = 0; group < extent.groups; ++group) {
        const std::size_t block = row * extent.groups + group, at = block * extent.members;
        const std::size_t to = group * extent.members;
        loops.add_sums(x + at, g + at, extent.members, scale.mean[block], scale.inverse[block], to_plain + to,
                       to_centred + to);
      }
    };
    sum_rows<T>(extent.outer, width, add, plain, centred);
    for (std::size_t i = 0; i < width; ++i) {
      sums.bias[i] = static_cast<T>(plain[i]);
      sums.weight[i] = static_cast<T>(centred[i]);
    }
    return;
  }
  parallel_rows(width, extent.outer * extent.length, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      GradientSums all;
      for (std::size_t o = 0; o < extent.outer; ++o) {
        const std::size_t at = (o * width + i) * extent.length, block = o * extent.groups + i / extent.members;
        const GradientSums run = loops.sums(x + at, g + at, nullptr, extent.length, scale.mean[block]);
        all.plain += run.plain;
        all.centred += run.centred * static_cast<double>(scale.inverse[block]);
      }
      sums.bias[i] = static_cast<T>(all.plain);
      sums.weight[i] = static_cast<T>(all.centred);
    }
  });
}

template <class T>
void group_gradient(const T* x, const T* g, const NormExtent& extent, const NormScale<T>& scale, bool centred, T* dx) {
  const NormLoops<T>& loops = norm_loops<T>();
  const auto count = static_cast<double>(extent.members * extent.length);
  // Members of one element are one run with the weights of all; longer ones are runs with a weight each.
  const bool one_run = extent.length == 1;
  const std::size_t runs = one_run ? 1 : extent.members, length = one_run ? extent.members : extent.length;
  for_each_group(extent, [&](std::size_t block, std::size_t at, std::size_t parameter) {
    const T* weights = part_of(scale.weight, parameter);
    const T mean = scale.mean[block];
    const auto weight_of = [&](std::size_t run) { return one_run || !weights ? T(1) : weights[run]; };
    GradientSums all;
    for (std::size_t m = 0; m < runs; ++m) {
      const std::size_t first = at + m * length;
      const GradientSums run = loops.sums(x + first, g + first, one_run ? weights : nullptr, length, mean);
      all.plain += run.plain * static_cast<double>(weight_of(m));
      all.centred += run.centred * static_cast<double>(weight_of(m));
    }
    const auto inverse = static_cast<double>(scale.inverse[block]);
    const T b = static_cast<T>(-inverse * inverse * inverse * all.centred / count);
    const T c = centred ? static_cast<T>(-inverse * all.plain / count) : T(0);
    for (std::size_t m = 0; m < runs; ++m) {
      const std::size_t first = at + m * length;
      loops.gradient(x + first, g + first, one_run ? weights : nullptr, length, mean,
                     scale.inverse[block] * weight_of(m), b, c, dx + first);
    }
  });
}

// --- by channel

namespace {

// Rows of few channels are taken several at a time, as one row in which the channels are repeated: a loop of one or two
// steps costs more than its arithmetic. 1 where the number of rows has no such divisor.
std::size_t rows_together(const NormExtent& extent) {
  constexpr std::size_t enough = 256;
  std::size_t together = 1;
  while (extent.members * together < enough && extent.outer > 0 && extent.outer % (2 * together) == 0) together *= 2;
  return together;
}

template <class T>
std::vector<T> repeated(const std::vector<T>& values, std::size_t times) {
  std::vector<T> result;
  result.reserve(values.size() * times);
  for (std::size_t i = 0; i < times; ++i) result.insert(result.end(), values.begin(), values.end());
  return result;
}

// The sums over the repetitions of each channel.
template <class T>
std::vector<T> folded(const std::vector<T>& values, std::size_t width) {
  std::vector<T> result(width);
  for (std::size_t i = 0; i < values.size(); ++i) result[i % width] += values[i];
  return result;
}

// Moments of a channel from those of its repetitions, which are of as many rows each.
template <class T>
void narrow_moments(const T* x, const NormExtent& extent, std::size_t together, T* mean, T* variance) {
  const std::size_t width = extent.members;
  std::vector<T> means(width * together), variances(width * together);
  column_moments(x, extent.outer / together, width * together, means.data(), variances.data());
  const auto count = static_cast<double>(together);
  for (std::size_t i = 0; i < width; ++i) {
    double total = 0, squares = 0;
    for (std::size_t k = i; k < means.size(); k += width) total += static_cast<double>(means[k]);
    for (std::size_t k = i; k < means.size(); k += width) {
      const double distance = static_cast<double>(means[k]) - total / count;
      squares += static_cast<double>(variances[k]) + distance * distance;
    }
    mean[i] = static_cast<T>(total / count);
    variance[i] = static_cast<T>(squares / count);
  }
}

}  // namespace

template <class T>
void channel_moments(const T* x, const NormExtent& extent, T* mean, T* variance) {
  if (extent.length == 1) {
    const std::size_t together = rows_together(extent);
    if (together > 1) return narrow_moments(x, extent, together, mean, variance);
    return column_moments(x, extent.outer, extent.members, mean, variance);
  }
  const NormLoops<T>& loops = norm_loops<T>();
  parallel_rows(extent.members, extent.outer * extent.length, [&](std::size_t begin, std::size_t end) {
    for (std::size_t m = begin; m < end; ++m) {
      Moments all;
      for (std::size_t o = 0; o < extent.outer; ++o) {
        merge(all, loops.moments(x + (o * extent.members + m) * extent.length, extent.length));
      }
      mean[m] = static_cast<T>(all.mean);
      variance[m] = static_cast<T>(all.squares / std::max(all.count, 1.0));
    }
  });
}

template <class T>
void channel_normalize(const T* x, const NormExtent& extent, const NormScale<T>& scale, const T* bias, T* y) {
  const NormLoops<T>& loops = norm_loops<T>();
  const std::size_t width = extent.members;
  std::vector<T> factor(scale.inverse, scale.inverse + width), shift(width);
  for (std::size_t i = 0; i < width && scale.weight; ++i) factor[i] *= scale.weight[i];
  for (std::size_t i = 0; i < width && bias; ++i) shift[i] = bias[i];
  if (extent.length == 1) {
    const std::size_t together = rows_together(extent), row = width * together;
    const std::vector<T> mean = repeated(std::vector<T>(scale.mean, scale.mean + width), together);
    factor = repeated(factor, together);
    shift = repeated(shift, together);
    return parallel_rows(extent.outer / together, row, [&](std::size_t begin, std::size_t end) {
      for (std::size_t at = begin * row; at < end * row; at += row) {
        loops.apply_columns(x + at, row, mean.data(), factor.data(), shift.data(), y + at);
      }
    });
  }
  for_each_run(extent, [&](std::size_t at, std::size_t m) {
    loops.apply(x + at, extent.length, scale.mean[m], factor[m], nullptr, nullptr, shift[m], y + at);
  });
}

template <class T>
void channel_sums(const T* x, const T* g, const NormExtent& extent, const NormScale<T>& scale,
                  const NormSums<T>& sums) {
  const NormLoops<T>& loops = norm_loops<T>();
  const std::size_t width = extent.members;
  std::vector<double> plain(width), centred(width);
  if (extent.length == 1) {
    const std::size_t together = rows_together(extent), columns = width * together;
    const std::vector<T> mean = repeated(std::vector<T>(scale.mean, scale.mean + width), together);
    plain.resize(columns);
    centred.resize(columns);
    const auto add = [&](std::size_t row, T* to_plain, T* to_centred) {
      loops.add_column_sums(x + row * columns, g + row * columns, columns, mean.data(), to_plain, to_centred);
    };
    sum_rows<T>(extent.outer / together, columns, add, plain, centred);
    plain = folded(plain, width);
    centred = folded(centred, width);
  } else {
    parallel_rows(width, extent.outer * extent.length, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        for (std::size_t o = 0; o < extent.outer; ++o) {
          const std::size_t at = (o * width + i) * extent.length;
          const GradientSums run = loops.sums(x + at, g + at, nullptr, extent.length, scale.mean[i]);
          plain[i] += run.plain;
          centred[i] += run.centred;
        }
      }
    });
  }
  for (std::size_t i = 0; i < width; ++i) {
    sums.bias[i] = static_cast<T>(plain[i]);
    sums.weight[i] = static_cast<T>(centred[i] * static_cast<double>(scale.inverse[i]));
  }
}

template <class T>
void channel_gradient(const T* x, const T* g, const NormExtent& extent, const NormScale<T>& scale,
                      const NormSums<const T>& sums, T* dx) {
  const NormLoops<T>& loops = norm_loops<T>();
  const std::size_t width = extent.members;
  const auto count = static_cast<T>(extent.outer * extent.length);
  std::vector<T> a(width), b(width), c(width);
  for (std::size_t i = 0; i < width; ++i) {
    a[i] = scale.weight ? scale.inverse[i] * scale.weight[i] : scale.inverse[i];
    b[i] = -a[i] * scale.inverse[i] * (sums.weight[i] / count);
    c[i] = -a[i] * (sums.bias[i] / count);
  }
  if (extent.length == 1) {
    const std::size_t together = rows_together(extent), row = width * together;
    const std::vector<T> mean = repeated(std::vector<T>(scale.mean, scale.mean + width), together);
    a = repeated(a, together);
    b = repeated(b, together);
    c = repeated(c, together);
    return parallel_rows(extent.outer / together, row, [&](std::size_t begin, std::size_t end) {
      for (std::size_t at = begin * row; at < end * row; at += row) {
        loops.column_gradient(x + at, g + at, row, mean.data(), a.data(), b.data(), c.data(), dx + at);
      }
    });
  }
  for_each_run(extent, [&](std::size_t at, std::size_t m) {
    loops.gradient(x + at, g + at, nullptr, extent.length, scale.mean[m], a[m], b[m], c[m], dx + at);
  });
}

#define XTAPE_FOR(T)                                                                                                   \
  template void group_moments(const T*, const NormExtent&, bool, T*, T*);                                              \
  template void channel_moments(const T*, const NormExtent&, T*, T*);                                                  \
  template void group_normalize(const T*, const NormExtent&, const NormScale<T>&, const T*, T*);                       \
  template void channel_normalize(const T*, const NormExtent&, const NormScale<T>&, const T*, T*);                     \
  template void group_sums(const T*, const T*, const NormExtent&, const NormScale<T>&, const NormSums<T>&);            \
  template void channel_sums(const T*, const T*, const NormExtent&, const NormScale<T>&, const NormSums<T>&);          \
  template void group_gradient(const T*, const T*, const NormExtent&, const NormScale<T>&, bool, T*);                  \
  template void channel_gradient(const T*, const T*, const NormExtent&, const NormScale<T>&, const NormSums<const T>&, \
                                 T*);
XTAPE_FOR(float)
XTAPE_FOR(double)
#undef XTAPE_FOR

}  // namespace xtape::kernels
