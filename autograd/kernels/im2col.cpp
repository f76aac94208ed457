#include <autograd/kernels/im2col.hpp>
#include <autograd/kernels/parallel.hpp>

#include <cstdint>

namespace xtape::kernels {

namespace {

// Calls function(channel, its columns' first element) for every channel, on all threads.
template <class F>
void for_each_channel(std::size_t channels, const Windows& windows, Range places, const F& function) {
  const std::size_t elements = kernel_size(windows) * places.size();
  parallel_pieces(piece_count(channels, elements), channels, [&](std::size_t, std::size_t begin, std::size_t end) {
    for (std::size_t channel = begin; channel < end; ++channel) function(channel, channel * elements);
  });
}

// One channel's columns from its plane.
template <class T>
void plane_to_columns(const T* plane, const Windows& windows, Range places, T* columns) {
  const std::size_t stride = windows[2].stride;
  for_each_offset(windows, [&](const Offset& offset) {
    for_each_line(windows, offset, places, [&](const Line& line) {
      const T* from = plane + line.input;
      const std::size_t count = line.inside.size();
      std::fill_n(columns, line.inside.begin, T(0));
      T* to = columns + line.inside.begin;
      if (stride == 1) {
        std::copy_n(from, count, to);
      } else {
        for (std::size_t i = 0; i < count; ++i) to[i] = from[i * stride];
      }
      std::fill_n(to + count, line.size - line.inside.end, T(0));
      columns += line.size;
    });
  });
}

template <class T>
void add_columns_to_plane(const T* columns, const Windows& windows, Range places, T* plane) {
  const std::size_t stride = windows[2].stride;
  for_each_offset(windows, [&](const Offset& offset) {
    for_each_line(windows, offset, places, [&](const Line& line) {
      const T* from = columns + line.inside.begin;
      T* to = plane + line.input;
      const std::size_t count = line.inside.size();
      if (stride == 1) {
        for (std::size_t i = 0; i < count; ++i) to[i] += from[i];
      } else {
        for (std::size_t i = 0; i < count; ++i) to[i * stride] += from[i];
      }
      columns += line.size;
    });
  });
}

}  // namespace

template <class T>
void image_to_columns(const T* image, std::size_t channels, const Windows& windows, Range places, T* columns) {
  for_each_channel(channels, windows, places, [&](std::size_t channel, std::size_t first) {
    plane_to_columns(image + channel * input_size(windows), windows, places, columns + first);
  });
}

template <class T>
void add_columns_to_image(const T* columns, std::size_t channels, const Windows& windows, Range places, T* image) {
  for_each_channel(channels, windows, places, [&](std::size_t channel, std::size_t first) {
    add_columns_to_plane(columns + first, windows, places, image + channel * input_size(windows));
  });
}

template void image_to_columns(const float*, std::size_t, const Windows&, Range, float*);
template void image_to_columns(const double*, std::size_t, const Windows&, Range, double*);
template void image_to_columns(const std::int64_t*, std::size_t, const Windows&, Range, std::int64_t*);
template void image_to_columns(const std::uint8_t*, std::size_t, const Windows&, Range, std::uint8_t*);
template void image_to_columns(const bool*, std::size_t, const Windows&, Range, bool*);
template void add_columns_to_image(const float*, std::size_t, const Windows&, Range, float*);
template void add_columns_to_image(const double*, std::size_t, const Windows&, Range, double*);
template void add_columns_to_image(const std::int64_t*, std::size_t, const Windows&, Range, std::int64_t*);

}  // namespace xtape::kernels
