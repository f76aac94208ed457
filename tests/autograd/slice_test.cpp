// Views by slices: values, shared memory and errors; their gradients are in op_table_test.cpp.

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
