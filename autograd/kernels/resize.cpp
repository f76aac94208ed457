#include <autograd/kernels/parallel.hpp>
#include <autograd/kernels/resize.hpp>

namespace xtape::kernels {

namespace {

// One row of the input between its two neighbours.
template <class T>
void blend(const T* first, const T* second, double weight, std::size_t count, T* output) {
  const T share = static_cast<T>(weight), rest = static_cast<T>(1.0 - weight);
  for (std::size_t i = 0; i < count; ++i) output[i] = rest * first[i] + share * second[i];
}

template <class T>
void resize_row(const T* input, const ResizeAxis& columns, T* output) {
  const std::size_t count = columns.size();
  if (columns.weight.empty()) {
    for (std::size_t i = 0; i < count; ++i) output[i] = input[columns.first[i]];
    return;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const T share = static_cast<T>(columns.weight[i]), rest = static_cast<T>(1.0 - columns.weight[i]);
    output[i] = rest * input[columns.first[i]] + share * input[columns.second[i]];
  }
}

template <class T>
void add_row_transposed(const T* input, const ResizeAxis& columns, T* output) {
  const std::size_t count = columns.size();
  if (columns.weight.empty()) {
    for (std::size_t i = 0; i < count; ++i) output[columns.first[i]] += input[i];
    return;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const T share = static_cast<T>(columns.weight[i]), rest = static_cast<T>(1.0 - columns.weight[i]);
    output[columns.first[i]] += rest * input[i];
    output[columns.second[i]] += share * input[i];
  }
}

template <class T>
void add_scaled(const T* input, double scale, std::size_t count, T* output) {
  const T factor = static_cast<T>(scale);
  for (std::size_t i = 0; i < count; ++i) output[i] += factor * input[i];
}

}  // namespace

template <class T>
void resize(const T* input, std::size_t planes, const ResizeAxis& rows, const ResizeAxis& columns, T* output) {
  const std::size_t width = columns.from;
  parallel_rows(planes * rows.size(), columns.size() + width, [&](std::size_t begin, std::size_t end) {
    std::vector<T> blended(width);
    for (std::size_t r = begin; r < end; ++r) {
      const std::size_t y = r % rows.size();
      const T* plane = input + r / rows.size() * rows.from * width;
      const T* row = plane + rows.first[y] * width;
      if (!rows.weight.empty()) {
        blend(row, plane + rows.second[y] * width, rows.weight[y], width, blended.data());
        row = blended.data();
      }
      resize_row(row, columns, output + r * columns.size());
    }
  });
}

template <class T>
void resize_transposed(const T* input, std::size_t planes, const ResizeAxis& rows, const ResizeAxis& columns,
                       T* output) {
  const std::size_t width = columns.from;
  parallel_rows(planes, rows.size() * (columns.size() + width), [&](std::size_t begin, std::size_t end) {
    std::vector<T> narrowed(width);
    for (std::size_t p = begin; p < end; ++p) {
      T* plane = output + p * rows.from * width;
      std::fill_n(plane, rows.from * width, T(0));
      for (std::size_t y = 0; y < rows.size(); ++y) {
        const T* row = input + (p * rows.size() + y) * columns.size();
        if (rows.weight.empty()) {
          add_row_transposed(row, columns, plane + rows.first[y] * width);
          continue;
        }
        std::fill(narrowed.begin(), narrowed.end(), T(0));
        add_row_transposed(row, columns, narrowed.data());
        add_scaled(narrowed.data(), 1.0 - rows.weight[y], width, plane + rows.first[y] * width);
        add_scaled(narrowed.data(), rows.weight[y], width, plane + rows.second[y] * width);
      }
    }
  });
}

#define XTAPE_FOR(T)                                                                     \
  template void resize(const T*, std::size_t, const ResizeAxis&, const ResizeAxis&, T*); \
  template void resize_transposed(const T*, std::size_t, const ResizeAxis&, const ResizeAxis&, T*);
XTAPE_FOR(float)
XTAPE_FOR(double)
#undef XTAPE_FOR

}  // namespace xtape::kernels
