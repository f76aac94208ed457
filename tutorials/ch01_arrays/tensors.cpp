// Tensor: made of xtensor's expressions and read as one; handles, reductions, products; NumPy's random numbers.
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cstdio>
#include <iostream>

using namespace xtape;

namespace {

void there_and_back() {
  const xt::xarray<double> a = {{1, 2}, {3, 4}};
  const Tensor x = a + 0.5;  // the expression is computed here
  std::cout << x << "\n";
  const auto numbers = x.array<double>();  // xtensor again, over the same memory
  std::cout << "numbers(1, 0) = " << numbers(1, 0) << ", x.item(2) = " << x.item(2) << "\n";
  std::cout << "integers: " << Tensor(xt::xarray<int>{1, 2, 3}) << "\n";
  std::cout << "single precision: " << linspace(0, 1, 5) << "\n\n";
}

void handles() {
  const Tensor x = xt::xarray<double>{1, 2, 3};
  const Tensor same = x;          // a second handle on the same three numbers
  const Tensor copy = x.clone();  // three numbers of its own
  x.assign(Tensor(0.0));
  std::cout << "after x.assign(0): same " << same << "\n                   copy " << copy << "\n\n";
}

void reductions() {
  const Tensor x = xt::xarray<double>{{1, 2, 3}, {4, 5, 6}};
  std::cout << "sum of all      " << sum(x) << "\n";
  std::cout << "sum over axis 0 " << sum(x, {0}) << "\n";
  std::cout << "sum over axis 1 " << sum(x, {1}) << "\n";
  std::cout << "the same, kept  " << sum(x, {1}, keep_dims) << "\n";
  std::cout << "mean            " << mean(x) << "\n";
  std::cout << "largest in rows " << amax(x, {1}) << "\n";
  std::cout << "and where       " << argmax(x, 1) << "\n";
  std::cout << "rows that sum to 1:\n" << x / sum(x, {1}, keep_dims) << "\n\n";
}

void products() {
  const Tensor a = xt::xarray<double>{{1, 2}, {3, 4}};
  const Tensor b = xt::xarray<double>{{5, 6}, {7, 8}};
  std::cout << "a * b, element by element:\n" << a * b << "\n";
  std::cout << "matmul(a, b), rows by columns:\n" << matmul(a, b) << "\n";
  try {
    matmul(a, Tensor(xt::xarray<double>{1, 2, 3}));
  } catch (const ShapeError& error) {
    std::cout << "ShapeError: " << error.what() << "\n\n";
  }
}

template <class T>
void print_row(const char* name, const char* format, const std::vector<T>& values) {
  std::printf("%-22s", name);
  for (const T& value : values) std::printf(format, value);
  std::printf("\n");
}

void random_numbers() {
  random::Numpy numpy(0);  // np.random.seed(0)
  print_row("rand(3)", " %.16f", numpy.rand(3));
  print_row("randn(5)", " %.16g", numpy.randn(5));
  print_row("permutation(10)", " %ld", numpy.permutation(10));
  print_row("choice(60000, 6)", " %ld", numpy.choice(60000, 6));
  manual_seed(7);
  const Tensor first = rand({3}, {.dtype = float64});
  manual_seed(7);
  const Tensor second = rand({3}, {.dtype = float64});
  std::cout << "xtape's own, seed 7    " << first << "\nthe same seed again    " << second << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  there_and_back();
  handles();
  reductions();
  products();
  random_numbers();
}
