// Convolution and pooling by plain loops, the same by the tape's operations, then by a single matrix product, and what
// sizes come out.
#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <algorithm>
#include <cstdio>
#include <string>

using namespace xtape;

namespace {

using Matrix = xt::xarray<double>;

// The matrix with `p` rows and columns of zeros around it.
Matrix padded(const Matrix& x, std::size_t p) {
  Matrix wide = xt::zeros<double>({x.shape(0) + 2 * p, x.shape(1) + 2 * p});
  for (std::size_t i = 0; i < x.shape(0); ++i) {
    for (std::size_t j = 0; j < x.shape(1); ++j) wide(i + p, j + p) = x(i, j);
  }
  return wide;
}

// At every place of the window: multiply what it covers by the kernel, number by number, and add up.
Matrix convolve(const Matrix& x, const Matrix& kernel) {
  Matrix y = xt::zeros<double>({x.shape(0) - kernel.shape(0) + 1, x.shape(1) - kernel.shape(1) + 1});
  for (std::size_t i = 0; i < y.shape(0); ++i) {
    for (std::size_t j = 0; j < y.shape(1); ++j) {
      for (std::size_t u = 0; u < kernel.shape(0); ++u) {
        for (std::size_t v = 0; v < kernel.shape(1); ++v) y(i, j) += x(i + u, j + v) * kernel(u, v);
      }
    }
  }
  return y;
}

// The largest number of every 2x2 square.
Matrix pool(const Matrix& x) {
  Matrix y = xt::zeros<double>({x.shape(0) / 2, x.shape(1) / 2});
  for (std::size_t i = 0; i < y.shape(0); ++i) {
    for (std::size_t j = 0; j < y.shape(1); ++j) {
      y(i, j) = std::max({x(2 * i, 2 * j), x(2 * i, 2 * j + 1), x(2 * i + 1, 2 * j), x(2 * i + 1, 2 * j + 1)});
    }
  }
  return y;
}

void print(const std::string& title, const Tensor& values) {
  std::printf("%s\n", title.c_str());
  const auto width = static_cast<std::size_t>(values.shape(-1));
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::printf("%4.0f%s", values.item(static_cast<std::ptrdiff_t>(i)), (i + 1) % width == 0 ? "\n" : "");
  }
}

// A matrix as a batch of one image with one channel: (1, 1, height, width).
Tensor as_image(const Tensor& matrix) { return reshape(matrix, {1, 1, matrix.shape(0), matrix.shape(1)}); }

// How many places a window of size k has along an axis of n, with padding p and stride s.
std::size_t places(std::size_t n, std::size_t k, std::size_t p, std::size_t s) { return (n + 2 * p - k) / s + 1; }

void convolution_two_ways(const Matrix& x, const Matrix& kernel) {
  print("by loops, no padding", convolve(x, kernel));
  print("by loops, padding 1", convolve(padded(x, 1), kernel));

  const Tensor image = as_image(x);
  const Tensor filter = as_image(kernel).requires_grad_();
  print("conv2d", conv2d(image, filter));
  print("conv2d, bias 3", conv2d(image, filter, xt::xarray<double>{3}));
  print("conv2d, padding 1", conv2d(image, filter, {.padding = 1}));
  print("conv2d, padding 1, stride 2", conv2d(image, filter, {.stride = 2, .padding = 1}));

  sum(conv2d(image, filter)).backward();
  print("gradient of the kernel", filter.grad());
  print("convolution of the image with the gradient that arrives, ones", convolve(x, xt::ones<double>({2, 2})));
}

void pooling_two_ways() {
  const Matrix x{{1, 2, 1, 0}, {0, 1, 2, 3}, {3, 0, 1, 2}, {2, 4, 0, 1}};
  print("pooling by loops", pool(x));
  const Tensor image = as_image(x).requires_grad_();
  const Tensor y = max_pool2d(image, 2);
  print("max_pool2d", y);
  sum(y).backward();
  print("where the gradient goes", image.grad());
}

void one_matrix_product(const Matrix& x, const Matrix& kernel) {
  const Tensor numbers = reshape(arange(16.0, {.dtype = float64}), {1, 1, 4, 4});
  const Tensor columns = unfold(numbers, 3);  // (1, 9, 4): nine rows, a column for each place of the window
  print("what the window sees of 0 ... 15, a row for each place", transpose(view(columns, {0})));
  print("added back where it came from", fold(columns, {4, 4}, 3));

  const Tensor flat_kernel = reshape(Tensor(kernel), {1, 9});
  print("kernel times columns", reshape(matmul(flat_kernel, unfold(as_image(x), 3)), {2, 2}));
}

void channels_and_batches() {
  const Tensor images = rand({10, 3, 7, 7}), filters = rand({8, 3, 5, 5}), bias = rand({8});
  const Tensor columns = unfold(images, 5);
  const Tensor y = matmul(reshape(filters, {8, 75}), columns) + reshape(bias, {8, 1});
  const Tensor direct = conv2d(images, filters, bias);
  const double difference = amax(abs(reshape(y, direct.shape()) - direct)).item();
  std::printf("images (10, 3, 7, 7), filters (8, 3, 5, 5): columns (%zu, %zu, %zu), result (%zu, %zu, %zu, %zu)\n",
              columns.shape(0), columns.shape(1), columns.shape(2), direct.shape(0), direct.shape(1), direct.shape(2),
              direct.shape(3));
  std::printf("the product is the convolution: %s\n", difference < 1e-4 ? "yes" : "no");
}

void sizes() {
  std::printf("size kernel padding stride -> places\n");
  const std::size_t cases[][4] = {{4, 3, 0, 1},  {4, 3, 1, 1},  {7, 3, 0, 2},
                                  {28, 5, 0, 1}, {24, 2, 0, 2}, {28, 5, 2, 3}};
  for (const auto& [n, k, p, s] : cases) {
    std::printf("%4zu %6zu %7zu %6zu -> %6zu\n", n, k, p, s, places(n, k, p, s));
  }
}

// D1's check: a small network of the book's kind, its derivatives against central differences.
void check_gradients() {
  random::Numpy numpy(0);
  const auto random = [&](const Shape& shape, double scale) {
    return reshape(Tensor(xt::adapt(numpy.randn(element_count(shape)))), shape) * scale;
  };
  const Tensor image = random({1, 1, 10, 10}, 1.0), label = xt::xarray<std::int64_t>{1};
  const auto loss = [&](const Tensors& p) {
    const Tensor pooled = max_pool2d(relu(conv2d(image, p[0], p[1])), 2);
    const Tensor hidden = relu(linear(flatten(pooled, 1), p[2], p[3]));
    return nn::cross_entropy(linear(hidden, p[4], p[5]), label);
  };
  const auto result = gradcheck(loss, {random({10, 1, 3, 3}, 0.3), random({10}, 0.1), random({10, 160}, 0.1),
                                       random({10}, 0.1), random({10, 10}, 0.3), random({10}, 0.1)});
  std::printf("all 1820 derivatives of a small network agree to 1e-6: %s\n", result.ok ? "yes" : "no");
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const Matrix x{{1, 2, 3, 0}, {0, 1, 2, 3}, {3, 0, 1, 2}, {2, 3, 0, 1}};
  const Matrix kernel{{2, 0, 1}, {0, 1, 2}, {1, 0, 2}};
  convolution_two_ways(x, kernel);
  pooling_two_ways();
  one_matrix_product(x, kernel);
  channels_and_batches();
  sizes();
  check_gradients();
}
