// Values and errors of flips, rolls, repetitions and moved axes; their gradients are in op_table_test.cpp.

#include <doctest/doctest.h>

#include <expectations.hpp>
#include <xtape.hpp>

using namespace xtape;

namespace {

Tensor integers(const Shape& shape) {
  return reshape(arange(static_cast<double>(element_count(shape)), {.dtype = int64}), shape);
}

using Vector = xt::xarray<std::int64_t>;

}  // namespace

TEST_CASE("moveaxis: one axis and lists of axes") {
  const Tensor x = integers({2, 3, 4, 5});
  CHECK(identical(moveaxis(x, 0, -1), transpose(x, {1, 2, 3, 0})));
  CHECK(identical(moveaxis(x, {0, 1}, {-1, -2}), transpose(x, {2, 3, 1, 0})));
  CHECK(identical(moveaxis(x, {-1, 1}, {1, 0}), transpose(x, {1, 3, 0, 2})));
  CHECK(moveaxis(x, 3, 0).raw_data() == x.raw_data());
  check_says(message_of<ShapeError>([&] { moveaxis(x, {0, 1}, {2}); }), {"moveaxis: 2 axes", "1 places"});
  check_says(message_of<ShapeError>([&] { moveaxis(x, {0, -4}, {2, 3}); }), {"moveaxis: axis -4 is named twice"});
  check_says(message_of<ShapeError>([&] { moveaxis(x, {0, 1}, {2, 2}); }), {"moveaxis: axis 2 is named twice"});
  check_says(message_of<IndexError>([&] { moveaxis(x, 4, 0); }), {"moveaxis: axis 4", "-4 to 3"});
}

TEST_CASE("flip and rot90 are views") {
  const Tensor x = integers({2, 3});
  CHECK(identical(flip(x), Tensor(Vector{{5, 4, 3}, {2, 1, 0}})));
  CHECK(identical(flip(x, {1}), Tensor(Vector{{2, 1, 0}, {5, 4, 3}})));
  CHECK(identical(flip(view(x, {xt::all(), xt::range(0, 3, 2)}), {-1, 0}), Tensor(Vector{{5, 3}, {2, 0}})));
  CHECK(flip(x).storage().get() == x.storage().get());
  CHECK(identical(reshape(flip(x), {6}), flip(reshape(x, {6}))));
  CHECK(reshape(flip(x), {6}).storage().get() == x.storage().get());
  CHECK(flip(x, {0, 1}).array<std::int64_t>()(0, 0) == 5);
  CHECK(flip(zeros({0, 2})).shape() == Shape{0, 2});
  CHECK(identical(rot90(x), Tensor(Vector{{2, 5}, {1, 4}, {0, 3}})));
  CHECK(identical(rot90(x, -1), Tensor(Vector{{3, 0}, {4, 1}, {5, 2}})));
  CHECK(identical(rot90(x, 6), flip(x)));
  CHECK(identical(rot90(x, 1, {1, 0}), rot90(x, 3)));
  check_says(message_of<IndexError>([&] { flip(x, {2}); }), {"flip: axis 2", "-2 to 1"});
  check_says(message_of<ShapeError>([&] { rot90(x, 1, {0}); }), {"rot90: 1 axes", "two"});
  check_says(message_of<ShapeError>([&] { rot90(x, 1, {0, -2}); }), {"rot90: axis -2 is named twice"});
}

TEST_CASE("roll") {
  const Tensor x = integers({2, 3});
  CHECK(identical(roll(x, 1), Tensor(Vector{{5, 0, 1}, {2, 3, 4}})));
  CHECK(identical(roll(x, -8), Tensor(Vector{{2, 3, 4}, {5, 0, 1}})));
  CHECK(identical(roll(x, 1, 1), Tensor(Vector{{2, 0, 1}, {5, 3, 4}})));
  CHECK(identical(roll(x, {1, -1}, {0, 1}), Tensor(Vector{{4, 5, 3}, {1, 2, 0}})));
  CHECK(identical(roll(x, 1, {0, 1}), Tensor(Vector{{5, 3, 4}, {2, 0, 1}})));
  CHECK(identical(roll(x, {1, 1}, {-1, 1}), roll(x, 2, 1)));
  CHECK(identical(roll(transpose(x), 4, 0), transpose(roll(x, 1, 1))));
  CHECK(roll(not_equal(x, 0), 1).dtype() == boolean);
  CHECK(roll(zeros({0, 2}), 3, 0).shape() == Shape{0, 2});
  check_says(message_of<ShapeError>([&] { roll(x, {1, 2}, {0}); }), {"roll: 2 shifts for 1 axes"});
  check_says(message_of<IndexError>([&] { roll(x, 1, 2); }), {"roll: axis 2", "-2 to 1"});
}

TEST_CASE("repeat and tile") {
  const Tensor x = Tensor(Vector{{1, 2}, {3, 4}});
  CHECK(identical(repeat(x, 2, 1), Tensor(Vector{{1, 1, 2, 2}, {3, 3, 4, 4}})));
  CHECK(identical(repeat(x, 2, -2), Tensor(Vector{{1, 2}, {1, 2}, {3, 4}, {3, 4}})));
  CHECK(identical(repeat(x, {3, 1}, 1), Tensor(Vector{{1, 1, 1, 2}, {3, 3, 3, 4}})));
  CHECK(identical(repeat(x, {0, 2}, 0), Tensor(Vector{{3, 4}, {3, 4}})));
  CHECK(repeat(x, 0, 0).shape() == Shape{0, 2});
  CHECK(identical(tile(x, {2, 2}), Tensor(Vector{{1, 2, 1, 2}, {3, 4, 3, 4}, {1, 2, 1, 2}, {3, 4, 3, 4}})));
  CHECK(identical(tile(x, {2}), Tensor(Vector{{1, 2, 1, 2}, {3, 4, 3, 4}})));
  CHECK(identical(tile(Tensor(Vector{7, 8}), {2, 1}), Tensor(Vector{{7, 8}, {7, 8}})));
  CHECK(identical(tile(Tensor(std::int64_t{7}), {2}), Tensor(Vector{7, 7})));
  CHECK(identical(tile(x, {}), x));
  CHECK(tile(x, {3, 0, 1}).shape() == Shape{3, 0, 2});
  check_says(message_of<ShapeError>([&] { repeat(x, -1, 0); }), {"repeat: -1 times", "0 or more"});
  check_says(message_of<ShapeError>([&] { repeat(x, {1, 2, 3}, 0); }), {"repeat: 3 counts for axis 0", "(2, 2)"});
  check_says(message_of<IndexError>([&] { repeat(x, 2, 2); }), {"repeat: axis 2", "-2 to 1"});
  check_says(message_of<ShapeError>([&] { tile(x, {2, -3}); }), {"tile: -3 times", "0 or more"});
}

TEST_CASE("meshgrid and broadcast_tensors share memory") {
  const Tensor rows = Tensor(Vector{1, 2}), columns = Tensor(xt::xarray<double>{3.0, 4.0, 5.0});
  const Tensors grid = meshgrid({rows, columns});
  CHECK(identical(grid[0], Tensor(Vector{{1, 1, 1}, {2, 2, 2}})));
  CHECK(identical(grid[1], Tensor(xt::xarray<double>{{3, 4, 5}, {3, 4, 5}})));
  CHECK(grid[1].raw_data() == columns.raw_data());
  CHECK(meshgrid({rows, Tensor(1.0), columns})[2].shape() == Shape{2, 1, 3});
  CHECK(meshgrid({}).empty());
  check_says(message_of<ShapeError>([&] { meshgrid({rows, zeros({2, 2})}); }), {"meshgrid: tensor 1", "(2, 2)"});
  const Tensors same = broadcast_tensors({zeros({2, 1}), ones({3}), Tensor(1.0)});
  for (const Tensor& each : same) CHECK(each.shape() == Shape{2, 3});
  check_says(message_of<ShapeError>([] {
               broadcast_tensors({zeros({2}), ones({3})});
             }),
             {"broadcast_tensors: shapes (2,) and (3,)"});
}

// The gradient of an element that a view shows several times is the sum over all of them.
TEST_CASE("views that show an element several times add up its gradient") {
  const Tensor x = Tensor(xt::xarray<double>{1.0, 2.0}).requires_grad_();
  const Tensor weights = Tensor(xt::xarray<double>{{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}});
  sum(flip(broadcast_to(x, {3, 2}), {1}) * weights).backward();
  CHECK(identical(x.grad(), Tensor(xt::xarray<double>{12.0, 9.0})));
  x.zero_grad();
  const Tensor table = broadcast_to(x, {3, 2});
  sum(view(table, {xt::range(0, 2)}) * view(table, {xt::range(1, 3)})).backward();
  CHECK(identical(x.grad(), Tensor(xt::xarray<double>{4.0, 8.0})));
}
