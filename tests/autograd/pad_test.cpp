// Values and errors of pad in every mode; its gradients are in op_table_test.cpp.

#include <doctest/doctest.h>

#include <expectations.hpp>
#include <xtape.hpp>

using namespace xtape;

namespace {

using Vector = xt::xarray<std::int64_t>;

// What NumPy's pad gives, worked out for every element by itself: the place in the source, or -1.
std::ptrdiff_t source_place(PadMode mode, std::ptrdiff_t place, std::ptrdiff_t size) {
  if (place >= 0 && place < size) return place;
  switch (mode) {
    case PadMode::constant:
      return -1;
    case PadMode::reflect:
      return place < 0 ? -place : 2 * (size - 1) - place;
    case PadMode::symmetric:
      return place < 0 ? -place - 1 : 2 * size - 1 - place;
    case PadMode::edge:
      return place < 0 ? 0 : size - 1;
    case PadMode::wrap:
      return (place + size) % size;
  }
  return -1;
}

constexpr PadMode modes[] = {PadMode::constant, PadMode::reflect, PadMode::symmetric, PadMode::edge, PadMode::wrap};

}  // namespace

TEST_CASE("the modes of pad along one axis") {
  const Tensor x = Tensor(Vector{1, 2, 3});
  CHECK(identical(pad(x, {{2, 2}}), Tensor(Vector{0, 0, 1, 2, 3, 0, 0})));
  CHECK(identical(pad(x, {{1, 0}}, {.value = 7.0}), Tensor(Vector{7, 1, 2, 3})));
  CHECK(identical(pad(x, {{2, 2}}, {.mode = PadMode::reflect}), Tensor(Vector{3, 2, 1, 2, 3, 2, 1})));
  CHECK(identical(pad(x, {{3, 2}}, {.mode = PadMode::symmetric}), Tensor(Vector{3, 2, 1, 1, 2, 3, 3, 2})));
  CHECK(identical(pad(x, {{2, 4}}, {.mode = PadMode::edge}), Tensor(Vector{1, 1, 1, 2, 3, 3, 3, 3, 3})));
  CHECK(identical(pad(x, {{3, 2}}, {.mode = PadMode::wrap}), Tensor(Vector{1, 2, 3, 1, 2, 3, 1, 2})));
}

TEST_CASE("pad fills corners from both axes, of strided views and any dtype") {
  const Tensor whole = reshape(arange(48.0), {2, 6, 4});
  for (const Tensor& x : {whole, transpose(whole), flip(view(whole, {xt::all(), xt::range(0, 6, 2)}))}) {
    for (PadMode mode : modes) {
      const std::vector<PadWidth> widths{{1, 1}, {0, 2}, {1, 0}};
      const Tensor padded = pad(x, widths, {.mode = mode, .value = -1.0});
      std::ptrdiff_t position = 0;
      for (std::ptrdiff_t i = -1; i <= static_cast<std::ptrdiff_t>(x.shape(0)); ++i) {
        for (std::ptrdiff_t j = 0; j < static_cast<std::ptrdiff_t>(x.shape(1)) + 2; ++j) {
          for (std::ptrdiff_t k = -1; k < static_cast<std::ptrdiff_t>(x.shape(2)); ++k, ++position) {
            const std::ptrdiff_t a = source_place(mode, i, static_cast<std::ptrdiff_t>(x.shape(0)));
            const std::ptrdiff_t b = source_place(mode, j, static_cast<std::ptrdiff_t>(x.shape(1)));
            const std::ptrdiff_t c = source_place(mode, k, static_cast<std::ptrdiff_t>(x.shape(2)));
            const double expected = a < 0 || b < 0 || c < 0 ? -1.0 : x(a, b, c).item();
            REQUIRE(padded.item(position) == expected);
          }
        }
      }
      CHECK(static_cast<std::size_t>(position) == padded.size());
    }
  }
  CHECK(pad(whole > 3.0, {{0, 0}, {0, 0}, {1, 1}}).dtype() == boolean);
  CHECK(identical(pad(zeros({0, 2}, {.dtype = int64}), {{1, 1}, {0, 0}}, {.value = 4.0}),
                  full({2, 2}, 4.0, {.dtype = int64})));
}

TEST_CASE("pad says which widths fit") {
  const Tensor x = zeros({2, 3});
  check_says(message_of<ShapeError>([&] { pad(x, {{1, 1}}); }), {"pad: 1 (before, behind) pairs", "2 axes", "(2, 3)"});
  check_says(message_of<ShapeError>([&] {
               pad(x, {{0, 0}, {1, -1}});
             }),
             {"pad: widths (1, -1) on axis 1", "0 or more"});
  check_says(message_of<ShapeError>([&] {
               pad(x, {{2, 0}, {0, 0}}, {.mode = PadMode::reflect});
             }),
             {"widths (2, 0) on axis 0 of shape (2, 3)", "0 to 1"});
  check_says(message_of<ShapeError>([&] { pad(x, {{0, 0}, {0, 4}}, {.mode = PadMode::wrap}); }), {"0 to 3"});
  check_says(message_of<ShapeError>([&] { pad(x, {{3, 0}, {0, 0}}, {.mode = PadMode::symmetric}); }), {"0 to 2"});
  check_says(message_of<ShapeError>([] { pad(zeros({0}), {{1, 0}}, {.mode = PadMode::edge}); }), {"0 to 0"});
  check_says(message_of<ShapeError>([] { pad(zeros({0}), {{1, 0}}, {.mode = PadMode::reflect}); }), {"0 to 0"});
}
