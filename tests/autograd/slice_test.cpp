// Views by slices, joins and splits: values, shared memory and errors; their gradients are in op_table_test.cpp.

#include <doctest/doctest.h>

#include <expectations.hpp>
#include <xtape.hpp>

using namespace xtape;
using namespace xt::placeholders;

namespace {

using Vector = xt::xarray<std::int64_t>;

Tensor integers(const Shape& shape) {
  return reshape(arange(static_cast<double>(element_count(shape)), {.dtype = int64}), shape);
}

}  // namespace

TEST_CASE("ranges are cut off at the ends of their axis, as in NumPy") {
  const Tensor x = integers({6});
  const auto is = [&](const Slices& slices, const Tensor& expected) {
    const Tensor part = view(x, slices);
    CHECK(identical(part, expected));
    CHECK(part.storage().get() == x.storage().get());
  };
  const Tensor none = integers({0});
  is({xt::range(1, 4)}, Tensor(Vector{1, 2, 3}));
  is({xt::range(-2, _)}, Tensor(Vector{4, 5}));
  is({xt::range(-9, 2)}, Tensor(Vector{0, 1}));
  is({xt::range(4, 99)}, Tensor(Vector{4, 5}));
  is({xt::range(_, _)}, x);
  is({xt::range(_, -4)}, Tensor(Vector{0, 1}));
  is({xt::range(1, -1, 3)}, Tensor(Vector{1, 4}));
  is({xt::range(_, 99, 4)}, Tensor(Vector{0, 4}));
  is({xt::range(_, _, -1)}, flip(x));
  is({xt::range(-2, _, -3)}, Tensor(Vector{4, 1}));
  is({xt::range(_, 2, -2)}, Tensor(Vector{5, 3}));
  is({xt::range(99, -99, -4)}, Tensor(Vector{5, 1}));
  // Ranges that run the wrong way are empty.
  is({xt::range(4, 1)}, none);
  is({xt::range(4, 1, 2)}, none);
  is({xt::range(0, 4, -2)}, none);
  is({xt::range(0, 4, -1)}, none);
  is({xt::range(9, 12)}, none);
  CHECK(view(none, {xt::range(_, _, -1)}).shape() == Shape{0});
}

TEST_CASE("slices of several axes") {
  const Tensor x = integers({2, 3, 4});
  CHECK(view(x, {xt::newaxis(), 1, xt::ellipsis(), xt::newaxis()}).shape() == Shape{1, 3, 4, 1});
  CHECK(view(x, {xt::ellipsis()}).shape() == x.shape());
  CHECK(identical(view(x, {xt::ellipsis(), -1, 0}), Tensor(Vector{8, 20})));
  CHECK(identical(view(x, {1, xt::range(_, _, -2), xt::range(1, 3)}), Tensor(Vector{{21, 22}, {13, 14}})));
  CHECK(identical(view(flip(x, {0}), {0, 0}), Tensor(Vector{12, 13, 14, 15})));
  CHECK(view(x, {xt::all(), xt::ellipsis(), xt::all(), xt::range(2, 2)}).shape() == Shape{2, 3, 0});
}

TEST_CASE("view says which indices fit") {
  const Tensor x = zeros({2, 3});
  check_says(message_of<IndexError>([&] {
               view(x, {0, 3});
             }),
             {"view: index 3 on axis 1 of shape (2, 3)", "takes -3 to 2"});
  check_says(message_of<IndexError>([&] { view(x, {-3}); }), {"index -3 on axis 0", "takes -2 to 1"});
  check_says(message_of<IndexError>([] { view(zeros({0}), {0}); }), {"index 0", "has no elements"});
  check_says(message_of<IndexError>([&] { view(x, {xt::range(0, 2, 0)}); }), {"view: a range with step 0 on axis 0"});
  check_says(message_of<IndexError>([&] { view(x, {xt::all(), xt::range(_, _, 0)}); }), {"step 0 on axis 1"});
  check_says(message_of<IndexError>([&] { view(x, {xt::all(), xt::all(), xt::all()}); }), {"view: 3 slices", "(2, 3)"});
  check_says(message_of<IndexError>([&] { view(x, {xt::ellipsis(), xt::ellipsis()}); }), {"2 ellipses"});
  check_says(message_of<IndexError>([&] { x(1, 5); }), {"index 5 on axis 1", "takes -3 to 2"});
}

TEST_CASE("hstack and vstack") {
  const Tensor a = Tensor(Vector{1, 2}), b = Tensor(Vector{3, 4});
  CHECK(identical(hstack({a, b}), Tensor(Vector{1, 2, 3, 4})));
  CHECK(identical(vstack({a, b}), Tensor(Vector{{1, 2}, {3, 4}})));
  CHECK(identical(vstack({vstack({a, b}), a}), Tensor(Vector{{1, 2}, {3, 4}, {1, 2}})));
  CHECK(hstack({zeros({2, 3, 4}), zeros({2, 1, 4})}).shape() == Shape{2, 4, 4});
  check_says(message_of<ShapeError>([] { hstack({}); }), {"hstack: no tensors"});
  check_says(message_of<ShapeError>([] { vstack({}); }), {"vstack: no tensors"});
  check_says(message_of<ShapeError>([] { stack({}); }), {"stack: no tensors"});
  check_says(message_of<ShapeError>([] {
               hstack({zeros({2, 3}), zeros({3, 3})});
             }),
             {"hstack: shapes (2, 3) and (3, 3)"});
  check_says(message_of<ShapeError>([] { vstack({zeros({3}), zeros({2})}); }), {"vstack: shapes (1, 3) and (1, 2)"});
}

TEST_CASE("split, chunk and unbind share memory") {
  const Tensor x = integers({2, 6});
  const Tensors thirds = split(x, 3, -1);
  REQUIRE(thirds.size() == 3);
  CHECK(identical(thirds[1], Tensor(Vector{{2, 3}, {8, 9}})));
  CHECK(thirds[0].raw_data() == x.raw_data());
  CHECK(identical(concatenate(thirds, 1), x));
  const Tensors sizes = split(x, {1, 0, 5}, 1);
  REQUIRE(sizes.size() == 3);
  CHECK(sizes[1].shape() == Shape{2, 0});
  CHECK(identical(concatenate(sizes, 1), x));
  CHECK(split(x, {6}, 1).size() == 1);  // a list of sizes even where it has one
  const auto widths = [&](std::size_t count) {
    std::vector<std::size_t> found;
    for (const Tensor& part : chunk(x, count, 1)) found.push_back(part.shape(1));
    return found;
  };
  CHECK(widths(4) == std::vector<std::size_t>{2, 2, 2});  // as PyTorch's: fewer than asked for
  CHECK(widths(5) == std::vector<std::size_t>{2, 2, 2});
  CHECK(widths(9) == std::vector<std::size_t>(6, 1));
  CHECK(chunk(integers({5}), 2)[0].size() == 3);
  CHECK(chunk(zeros({0}), 2).size() == 2);
  CHECK(split(zeros({0, 2}), 2).size() == 2);
  const Tensors columns = unbind(x, 1);
  REQUIRE(columns.size() == 6);
  CHECK(identical(columns[4], Tensor(Vector{4, 10})));
  CHECK(columns[4].storage().get() == x.storage().get());
  CHECK(unbind(zeros({0, 2})).empty());

  check_says(message_of<ShapeError>([&] { split(x, 4, 1); }), {"split: axis 1 of shape (2, 6)", "4 equal", "chunk()"});
  check_says(message_of<ShapeError>([&] { split(x, 0); }), {"0 equal parts"});
  check_says(message_of<ShapeError>([&] { split(x, {2, 3}, 1); }), {"split: sizes (2, 3) add up to 5", "(2, 6)"});
  check_says(message_of<ShapeError>([&] { chunk(x, 0); }), {"chunk: 0 parts", "1 or more"});
  check_says(message_of<IndexError>([&] { split(x, 2, 2); }), {"split: axis 2"});
  check_says(message_of<IndexError>([&] { chunk(x, 2, 2); }), {"chunk: axis 2"});
  check_says(message_of<IndexError>([] { unbind(Tensor(1.0)); }), {"unbind: axis 0", "no axes"});
}

// Gradients of further parts are added in place to that of the first; this must not be seen from anywhere else.
TEST_CASE("gradients of parts that overlap add up, and change no tensor that somebody holds") {
  const Tensor x = astype(integers({4}), float64).requires_grad_();
  const Tensor y = x * 1.0;
  y.retain_grad();
  const Tensor whole = Tensor(xt::xarray<double>{1.0, 2.0, 3.0, 4.0});
  const auto loss = [&] {
    return sum(view(y, {xt::range(0, 3)}) * 10.0) + sum(view(y, {xt::range(_, _, -2)}) * 100.0) + y(3) + sum(y * whole);
  };
  loss().backward({.retain_graph = true});
  const Tensor expected = Tensor(xt::xarray<double>{11.0, 112.0, 13.0, 105.0});
  const Tensor first = x.grad();
  CHECK(identical(first, expected));
  CHECK(identical(y.grad(), expected));
  CHECK(identical(whole, Tensor(xt::xarray<double>{1.0, 2.0, 3.0, 4.0})));
  loss().backward({.retain_graph = true});
  CHECK(identical(x.grad(), expected * 2.0));
  // A gradient that is handed in and on stays as it was.
  const Tensor given = ones({4}, {.dtype = float64});
  const Tensor z = x * 1.0;
  const Tensor passed = concatenate({view(z, {xt::range(0, 2)}), view(z, {xt::range(2, 4)})}) + z;
  CHECK(identical(grad(passed, x, {.gradient = given}), given * 2.0));
  CHECK(identical(given, ones({4}, {.dtype = float64})));
  const Tensor recorded = grad(loss(), y, {.retain_graph = true, .create_graph = true});
  CHECK(identical(recorded, expected));
}
