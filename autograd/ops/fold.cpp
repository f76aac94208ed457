#include <autograd/factories.hpp>
#include <autograd/kernels/im2col.hpp>
#include <autograd/ops/fold.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/window.hpp>
#include <autograd/record.hpp>

namespace xtape {

namespace {

constexpr std::size_t axes = 2;

// Images of this many channels in all, the window over each, and the shapes of both sides.
struct Planes {
  std::size_t count;
  kernels::Windows windows;
  Shape image, columns;

  kernels::Range places() const { return {0, kernels::output_size(windows)}; }
};

WindowSizes window_sizes(const char* op, const PerAxis& kernel, const FoldOptions& options) {
  return {kernel.numbers(axes, 1, op, "kernel"), options.stride.numbers(axes, 1, op, "stride"),
          options.padding.numbers(axes, 0, op, "padding"), options.dilation.numbers(axes, 1, op, "dilation")};
}

Planes planes_of(const char* op, const Shape& image, const WindowSizes& sizes) {
  const std::vector<std::size_t> places = window_places(op, image, sizes);
  Planes planes{1, make_windows(sizes, last_sizes(image, axes), places), image, {}};
  const std::size_t channel = image.size() - axes - 1;
  for (std::size_t i = 0; i <= channel; ++i) {
    planes.count *= image[i];
    planes.columns.push_back(image[i]);
  }
  planes.columns[channel] *= kernels::kernel_size(planes.windows);
  planes.columns.push_back(kernels::output_size(planes.windows));
  return planes;
}

Tensor to_image(const Tensor& columns, const Planes& planes);

Tensor to_columns(const Tensor& image, const Planes& planes) {
  const profile::Op profiled("unfold", image);
  const Tensor source = image.detach().contiguous();
  Tensor result = Tensor::uninitialized(planes.columns, image.dtype());
  visit_dtype(image.dtype(), [&]<class T>(TypeTag<T>) {
    kernels::image_to_columns(source.data<T>(), planes.count, planes.windows, planes.places(),
                              static_cast<T*>(result.mutable_data()));
  });
  return record("unfold", result, From{image, [planes](const Tensor& g) { return to_image(g, planes); }});
}

Tensor to_image(const Tensor& columns, const Planes& planes) {
  const profile::Op profiled("fold", columns);
  const Tensor source = columns.detach().contiguous();
  const Tensor result = zeros(planes.image, {.dtype = columns.dtype()});
  visit_dtype(columns.dtype(), [&]<class T>(TypeTag<T>) {
    if constexpr (sizeof(T) >= 4) {
      kernels::add_columns_to_image(source.data<T>(), planes.count, planes.windows, planes.places(),
                                    static_cast<T*>(result.mutable_data()));
    }
  });
  return record("fold", result, From{columns, [planes](const Tensor& g) { return to_columns(g, planes); }});
}

}  // namespace

Tensor unfold(const Tensor& x, const PerAxis& kernel, const FoldOptions& options) {
  const WindowSizes sizes = window_sizes("unfold", kernel, options);
  require_image("unfold", x.shape(), axes);
  return to_columns(x, planes_of("unfold", x.shape(), sizes));
}

Tensor fold(const Tensor& x, const PerAxis& size, const PerAxis& kernel, const FoldOptions& options) {
  const WindowSizes sizes = window_sizes("fold", kernel, options);
  const std::size_t taps = sizes.kernel[0] * sizes.kernel[1];
  if (x.dimension() < 2 || x.dimension() > 3 || x.shape(-2) % taps != 0) {
    throw ShapeError("fold: an input of shape " + to_string(x.shape()) + " for a kernel of " + to_string(sizes.kernel) +
                     "; it must be (N, C * " + std::to_string(taps) + ", L) or (C * " + std::to_string(taps) + ", L)");
  }
  Shape image(x.shape().begin(), x.shape().end() - 1);
  image[image.size() - 1] /= taps;
  for (std::size_t number : size.numbers(axes, 1, "fold", "size")) image.push_back(number);
  const Planes planes = planes_of("fold", image, sizes);
  if (x.shape() != planes.columns) {
    throw ShapeError("fold: an input of shape " + to_string(x.shape()) + " has " + std::to_string(x.shape(-1)) +
                     " places, and a window of " + to_string(sizes.kernel) + " has " +
                     std::to_string(planes.columns.back()) + " in an image of " + to_string(last_sizes(image, axes)) +
                     "; the input must be " + to_string(planes.columns));
  }
  return to_image(is_floating(x.dtype()) ? x : astype(x, int64), planes);
}

std::vector<OpEntry> fold_ops() {
  return {
      {"unfold",
       "convolutions",
       "what a window reads at each of its places, as columns",
       {XTAPE_CASE(unfold(x[0], 2), any_value(2, 2, 3, 3)),
        XTAPE_CASE(unfold(x[0], {2, 3}, {.stride = {1, 2}, .padding = {1, 2}, .dilation = {2, 1}}), any_value(2, 3, 4)),
        XTAPE_CASE(unfold(x[0], 2), any_value(0, 2, 3, 3))}},
      {"fold",
       "convolutions",
       "its transpose: adds columns to an image",
       {XTAPE_CASE(fold(x[0], {3, 3}, 2), any_value(2, 4, 4)),
        XTAPE_CASE(fold(x[0], {3, 4}, {2, 1}, {.stride = 2, .padding = {1, 0}}), any_value(4, 4))}},
  };
}

}  // namespace xtape
