// xtensor's arrays: shapes, broadcasting, views, reductions, and the expressions that compute nothing yet.
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <iostream>

using xtape::Tensor;  // here only to print: a tensor can be made of any xtensor expression

namespace {

void shapes() {
  xt::xarray<double> a = {{1, 2, 3}, {4, 5, 6}};
  std::cout << "a has " << a.dimension() << " axes of the sizes " << a.shape(0) << " and " << a.shape(1) << ", "
            << a.size() << " elements; a(1, 2) = " << a(1, 2) << "\n";
  a(1, 2) = 60;
  std::cout << Tensor(a) << "\n";
  a.reshape({3, 2});
  std::cout << "the same six numbers in the shape (3, 2):\n" << Tensor(a) << "\n\n";
}

void broadcasting() {
  const xt::xarray<double> matrix = {{1, 2, 3}, {4, 5, 6}};  // shape (2, 3)
  const xt::xarray<double> row = {10, 20, 30};               // shape (3)
  xt::xarray<double> column = {100, 200};                    // shape (2)
  column.reshape({2, 1});
  std::cout << "matrix + row:\n" << Tensor(matrix + row) << "\n";
  std::cout << "matrix + column:\n" << Tensor(matrix + column) << "\n";
  std::cout << "row + column:\n" << Tensor(row + column) << "\n\n";
}

void views() {
  xt::xarray<double> a = {{0, 1, 2, 3}, {4, 5, 6, 7}, {8, 9, 10, 11}};
  auto middle = xt::strided_view(a, {xt::all(), xt::range(1, 3)});  // every row, the columns 1 and 2
  std::cout << "the middle columns:\n" << Tensor(middle) << "\n";
  middle(0, 0) = -1;  // a view is a window: this writes into a
  std::cout << "a(0, 1) after middle(0, 0) = -1: " << a(0, 1) << "\n\n";
}

// x * x that counts how often it is computed.
struct CountedSquare {
  int* calls;
  double operator()(double x) const {
    ++*calls;
    return x * x;
  }
};

void laziness() {
  int calls = 0;
  xt::xarray<double> a = {1, 2, 3};
  auto squares = xt::make_lambda_xfunction(CountedSquare{&calls}, a);  // a recipe, not yet three numbers
  std::cout << "computed after writing it down: " << calls << "\n";
  const double first = squares(2);
  const double again = squares(2);
  std::cout << "computed after reading squares(2) twice: " << calls << " (" << first << ", " << again << ")\n";
  a(2) = 10;
  std::cout << "squares(2) after a(2) = 10: " << squares(2) << "\n";
  const xt::xarray<double> kept = squares;  // an xarray computes every element, once, and keeps it
  a(2) = 0;
  std::cout << "kept(2) after a(2) = 0: " << kept(2) << ", squares(2): " << squares(2) << "\n";
}

void eager() {
  xt::xarray<double> a = {1, 2, 3};
  auto squares = xtape::square(Tensor(a));  // a tensor with its numbers in it, whatever happens to a
  a(2) = 10;
  std::cout << "xtape's square, after a(2) = 10: " << squares << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  shapes();
  broadcasting();
  views();
  laziness();
  eager();
}
