// Values and errors of diagonals and triangles; their gradients are in op_table_test.cpp.

#include <doctest/doctest.h>

#include <expectations.hpp>
#include <xtape.hpp>

#include <limits>

using namespace xtape;

namespace {

using Vector = xt::xarray<std::int64_t>;

Tensor integers(const Shape& shape) {
  return reshape(arange(static_cast<double>(element_count(shape)), {.dtype = int64}), shape);
}

}  // namespace

TEST_CASE("diagonal shares memory, whatever the axes and the offset") {
  const Tensor x = integers({3, 4});
  CHECK(identical(diagonal(x), Tensor(Vector{0, 5, 10})));
  CHECK(identical(diagonal(x, 2), Tensor(Vector{2, 7})));
  CHECK(identical(diagonal(x, -1), Tensor(Vector{4, 9})));
  CHECK(identical(diagonal(x, -1, 1, 0), diagonal(x, 1)));
  CHECK(diagonal(x, 4).shape() == Shape{0});
  CHECK(diagonal(x, -9).shape() == Shape{0});
  CHECK(diagonal(x).raw_data() == x.raw_data());
  const Tensor cube = integers({2, 3, 4});
  CHECK(identical(diagonal(cube), Tensor(Vector{{0, 16}, {1, 17}, {2, 18}, {3, 19}})));
  CHECK(identical(diagonal(cube, 1, -2, -1), Tensor(Vector{{1, 6, 11}, {13, 18, 23}})));
  check_says(message_of<ShapeError>([&] { diagonal(x, 0, 1, -1); }), {"diagonal: both axes are axis 1"});
  check_says(message_of<ShapeError>([] { diagonal(zeros({3})); }), {"diagonal: a tensor of shape (3,)", "two axes"});
  check_says(message_of<IndexError>([&] { diagonal(x, 0, 0, 2); }), {"diagonal: axis 2", "-2 to 1"});
}

TEST_CASE("diag and trace") {
  CHECK(identical(diag(Tensor(Vector{1, 2})), Tensor(Vector{{1, 0}, {0, 2}})));
  CHECK(identical(diag(Tensor(Vector{1, 2}), 1), Tensor(Vector{{0, 1, 0}, {0, 0, 2}, {0, 0, 0}})));
  CHECK(identical(diag(Tensor(Vector{1}), -1), Tensor(Vector{{0, 0}, {1, 0}})));
  CHECK(identical(diag(integers({3, 4}), 1), Tensor(Vector{1, 6, 11})));
  check_says(message_of<ShapeError>([] { diag(zeros({2, 2, 2})); }), {"diag: a tensor of shape (2, 2, 2)", "vector"});
  CHECK(trace(integers({3, 4})).item<std::int64_t>() == 15);
  CHECK(trace(integers({3, 4}), -2).item<std::int64_t>() == 8);
  CHECK(trace(integers({3, 4}) > 0).dtype() == int64);
  CHECK(identical(trace(integers({2, 3, 4}), 0, 0, 2), Tensor(Vector{13, 21, 29})));
  check_says(message_of<ShapeError>([] { trace(zeros({3})); }), {"trace: a tensor of shape (3,)"});
}

TEST_CASE("tril and triu of the last two axes") {
  const Tensor x = integers({2, 3}) + 1;
  CHECK(identical(tril(x), Tensor(Vector{{1, 0, 0}, {4, 5, 0}})));
  CHECK(identical(triu(x), Tensor(Vector{{1, 2, 3}, {0, 5, 6}})));
  CHECK(identical(tril(x, 1), Tensor(Vector{{1, 2, 0}, {4, 5, 6}})));
  CHECK(identical(triu(x, -1), x));
  CHECK(identical(tril(x, -1), Tensor(Vector{{0, 0, 0}, {4, 0, 0}})));
  CHECK(identical(triu(x, 2), Tensor(Vector{{0, 0, 3}, {0, 0, 0}})));
  CHECK(identical(tril(transpose(x)), transpose(triu(x))));
  const std::ptrdiff_t far = std::numeric_limits<std::ptrdiff_t>::max();
  CHECK(identical(tril(x, far), x));
  CHECK(identical(triu(x, -far), x));
  CHECK(identical(tril(x, -far), zeros_like(x)));
  CHECK(identical(triu(x, far), zeros_like(x)));
  const Tensor batch = integers({5, 4, 3});
  for (std::ptrdiff_t offset = -5; offset <= 5; ++offset) {
    CHECK(identical(tril(batch, offset) + triu(batch, offset + 1), batch));
    CHECK(identical(view(tril(batch, offset), {3}), tril(view(batch, {3}), offset)));
  }
  const Tensor large = ones({300, 400});
  CHECK(sum(tril(large)).item() == 300.0 * 301.0 / 2.0);
  CHECK(identical(triu(large > 0.0, 1), triu(large, 1) > 0.0));
  CHECK(triu(zeros({0, 3})).shape() == Shape{0, 3});
  CHECK(triu(zeros({3, 0})).shape() == Shape{3, 0});
  check_says(message_of<ShapeError>([] { tril(zeros({3})); }), {"tril: a tensor of shape (3,)", "two axes"});
  check_says(message_of<ShapeError>([] { triu(zeros({})); }), {"triu: a tensor of shape ()"});
}
