#include <algorithm>
#include <cmath>
#include <set>
#include <xtape.hpp>

#include <expectations.hpp>

using namespace xtape;
using data::Draws;

namespace {

// 0, 1, 2 ... as one image of one channel.
Tensor counting(std::size_t height, std::size_t width) {
  return reshape(arange(static_cast<double>(height * width)), {1, height, width});
}

Tensor plane(const xt::xarray<float>& values) { return expand_dims(Tensor(values), 0); }

double largest_difference(const Tensor& a, const Tensor& b) { return amax(abs(a - b)).item(); }

template <class T>
void check_image_needed(const T& transform, const char* name) {
  const auto of_vector = [&] { transform(zeros({5})); };
  check_says(message_of<ShapeError>(of_vector), {name, "(5,)", "(C, H, W)"});
}

}  // namespace

TEST_CASE("Pad puts a margin around each channel") {
  const Tensor padded = data::Pad(1, 9.0)(counting(2, 2));
  CHECK(identical(padded, plane({{9, 9, 9, 9}, {9, 0, 1, 9}, {9, 2, 3, 9}, {9, 9, 9, 9}})));
  CHECK(data::Pad(2)(zeros({3, 5, 7}, {.dtype = uint8})).shape() == Shape({3, 9, 11}));
  CHECK(identical(data::Pad(0)(counting(2, 3)), counting(2, 3)));
  check_image_needed(data::Pad(1), "Pad");
}

TEST_CASE("RandomCrop gives every window of the padded image") {
  const Tensor image = counting(3, 3) + 1.0;
  for (const std::size_t side : std::vector<std::size_t>{2, 3, 4}) {
    const Tensor padded = data::Pad(1)(image);
    const data::RandomCrop crop(side, {.padding = 1});
    std::set<std::pair<std::size_t, std::size_t>> met;
    for (std::uint64_t key = 0; key < 200; ++key) {
      const Tensor result = crop(image, key);
      REQUIRE(result.shape() == Shape({1, side, side}));
      for (std::size_t top = 0; top + side <= 5; ++top) {
        for (std::size_t left = 0; left + side <= 5; ++left) {
          if (identical(result, view(padded, {0, xt::range(top, top + side), xt::range(left, left + side)}) +
                                    zeros({1, 1, 1}))) {
            met.emplace(top, left);
          }
        }
      }
    }
    CHECK(met.size() == (6 - side) * (6 - side));
  }
}

TEST_CASE("all channels are cropped alike, in any dtype") {
  const Tensor two = concatenate({counting(4, 4), counting(4, 4) + 100.0}, 0);
  const Tensor part = data::RandomCrop(2, 3)(astype(two, int64), 3);
  CHECK(part.shape() == Shape({2, 2, 3}));
  CHECK(part.dtype() == int64);
  CHECK(identical(view(part, {0}) + 100, view(part, {1})));
  CHECK(data::RandomCrop(2)(zeros({4, 4}, {.dtype = boolean})).shape() == Shape({2, 2}));
  check_says(message_of<ShapeError>([&] { data::RandomCrop(7, {.padding = 1})(two); }),
             {"RandomCrop", "4x4", "padding of 1", "7x7"});
  check_image_needed(data::RandomCrop(1), "RandomCrop");
}

TEST_CASE("flips turn images over") {
  const Tensor image = plane({{1, 2, 3}, {4, 5, 6}});
  CHECK(identical(data::RandomHorizontalFlip(1.0)(image), plane({{3, 2, 1}, {6, 5, 4}})));
  CHECK(identical(data::RandomVerticalFlip(1.0)(image), plane({{4, 5, 6}, {1, 2, 3}})));
  CHECK(identical(data::RandomVerticalFlip(1.0)(counting(3, 1)), 2.0 - counting(3, 1)));
  CHECK(identical(data::RandomHorizontalFlip(0.0)(image), image));
  int flipped = 0;
  for (std::uint64_t key = 0; key < 1000; ++key)
    flipped += data::RandomHorizontalFlip()(image, key).item(0) == 3.0 ? 1 : 0;
  CHECK(std::abs(flipped - 500) < 60);
  check_says(message_of<Error>([] { data::RandomVerticalFlip(1.5); }), {"RandomVerticalFlip", "1.5", "0 to 1"});
  check_image_needed(data::RandomHorizontalFlip(), "RandomHorizontalFlip");
}

TEST_CASE("a turn by right angles moves pixels, counter-clockwise") {
  const Tensor image = plane({{1, 2, 3}, {4, 5, 6}, {7, 8, 9}});
  CHECK(largest_difference(data::RandomRotation(90, 90)(image), plane({{3, 6, 9}, {2, 5, 8}, {1, 4, 7}})) < 1e-5);
  CHECK(largest_difference(data::RandomRotation(180, 180)(image), flip(image, {1, 2})) < 1e-5);
  CHECK(largest_difference(data::RandomRotation(0)(image), image) == 0.0);
  CHECK(largest_difference(data::RandomRotation(360, 360)(image), image) < 1e-5);
}

TEST_CASE("a turn by 45 degrees interpolates linearly") {
  // The corner of the result comes from (1 - sqrt 2, 1): 1 - (sqrt 2 - 1) of the pixel at its edge, the rest is
  // outside.
  const Tensor ones_turned = data::RandomRotation(45, 45)(ones({1, 3, 3}));
  CHECK(ones_turned.item(0) == doctest::Approx(2.0 - std::sqrt(2.0)));
  CHECK(ones_turned.item(4) == 1.0);
  CHECK(ones_turned.item(1) == doctest::Approx(1.0));
}

TEST_CASE("affine maps shift, scale and shear") {
  const Tensor image = plane({{1, 2, 3}, {4, 5, 6}, {7, 8, 9}});
  // Twice as large: the centre stays, half a pixel lies between its neighbours.
  const Tensor larger = data::RandomAffine({.scale = {2.0, 2.0}})(image);
  CHECK(largest_difference(larger, plane({{3, 3.5, 4}, {4.5, 5, 5.5}, {6, 6.5, 7}})) < 1e-5);
  // Rows one below the centre move to the left by tan(45 degrees).
  const Tensor sheared = data::RandomAffine({.shear = {45.0, 45.0}, .value = -1.0})(image);
  CHECK(largest_difference(sheared, plane({{-1, 1, 2}, {4, 5, 6}, {8, 9, -1}})) < 1e-4);
  // Shifts are whole pixels, up to a third of three here, the same in both channels.
  const Tensor both = concatenate({image, image + 10.0}, 0);
  std::set<double> centres;
  for (std::uint64_t key = 0; key < 300; ++key) {
    const Tensor shifted = data::RandomAffine({.translate = {0.34, 0.34}})(both, key);
    centres.insert(shifted.item(4));
    CHECK(shifted.item(13) == shifted.item(4) + 10.0);
  }
  CHECK(centres == std::set<double>{1, 2, 3, 4, 5, 6, 7, 8, 9});
  CHECK(data::RandomAffine({.degrees = 10})(astype(image, float64)).dtype() == float64);
  check_says(message_of<Error>([] { data::RandomAffine({.scale = {0.0, 1.0}}); }), {"RandomAffine", "above 0"});
  check_says(message_of<DtypeError>([&] { data::RandomRotation(5)(astype(image, uint8)); }), {"uint8", "ToFloat"});
  check_image_needed(data::RandomRotation(5), "RandomAffine");
}

TEST_CASE("brightness multiplies and contrast stretches, within 0 and 1") {
  const Tensor image = plane({{0.0f, 0.25f}, {0.5f, 0.75f}});
  bool brighter = false, darker = false, cut = false;
  for (std::uint64_t key = 0; key < 100; ++key) {
    const Tensor bright = data::RandomBrightness(0.5)(image, key);
    const double factor = bright.item(1) / 0.25;
    CHECK(factor >= 0.5);
    CHECK(factor <= 1.5);
    CHECK(bright.item(3) == doctest::Approx(std::min(1.0, 0.75 * factor)));
    cut = cut || bright.item(3) == 1.0;

    const Tensor contrast = data::RandomContrast(0.5)(image, key);  // the mean is 0.375
    const double stretch = (contrast.item(2) - 0.375) / 0.125;
    CHECK(stretch >= 0.5 - 1e-6);
    CHECK(stretch <= 1.5 + 1e-6);
    CHECK(contrast.item(3) == doctest::Approx(std::min(1.0, 0.375 + 0.375 * stretch)));
    CHECK(contrast.item(0) == doctest::Approx(std::max(0.0, 0.375 - 0.375 * stretch)));
    brighter = brighter || factor > 1.2;
    darker = darker || factor < 0.8;
  }
  CHECK(brighter);
  CHECK(darker);
  CHECK(cut);
  CHECK(largest_difference(data::RandomContrast(0.0)(image), image) < 1e-7);
  check_says(message_of<Error>([] { data::RandomBrightness(-0.1); }), {"RandomBrightness", "-0.1"});
  check_says(message_of<Error>([] { data::RandomContrast(-0.1); }), {"RandomContrast", "-0.1"});
}

TEST_CASE("the contrast of a colour image is taken about its grey mean") {
  const Tensor image = concatenate({full({1, 2, 2}, 0.5), full({1, 2, 2}, 0.25), full({1, 2, 2}, 0.75)}, 0);
  const double grey = 0.299 * 0.5 + 0.587 * 0.25 + 0.114 * 0.75;
  const Tensor result = data::RandomContrast(0.3)(image, 4);
  const double stretch = (result.item(0) - grey) / (0.5 - grey);
  CHECK(std::abs(stretch - 1.0) > 1e-3);
  CHECK(result.item(4) == doctest::Approx(grey + stretch * (0.25 - grey)));
  CHECK(result.item(8) == doctest::Approx(grey + stretch * (0.75 - grey)));
}

TEST_CASE("RandomErasing overwrites one rectangle of the asked size") {
  const Tensor image = ones({2, 20, 30});
  for (std::uint64_t key = 0; key < 50; ++key) {
    const Tensor result =
        data::RandomErasing({.probability = 1.0, .scale = {0.1, 0.2}, .ratio = {0.5, 2.0}})(image, key);
    CHECK(identical(view(result, {0}), view(result, {1})));
    const Tensor erased = 1.0 - view(result, {0});
    const double area = sum(erased).item();
    CHECK(area >= 0.1 * 600 - 15);
    CHECK(area <= 0.2 * 600 + 15);
    const double height = sum(amax(erased, {1})).item(), width = sum(amax(erased, {0})).item();
    CHECK(height * width == area);
    CHECK(height / width > 0.4);
    CHECK(height / width < 2.5);
  }
  CHECK(identical(data::RandomErasing({.probability = 0.0})(image), image));
  const Tensor bytes = data::RandomErasing({.probability = 1.0, .value = 7})(zeros({20, 20}, {.dtype = uint8}), 3);
  CHECK(amax(bytes).item() == 7.0);
  CHECK(identical(data::RandomErasing({.probability = 1.0})(ones({1, 1, 1})), ones({1, 1, 1})));  // no rectangle fits
  check_says(message_of<Error>([] { data::RandomErasing({.scale = {0.5, 1.5}}); }), {"RandomErasing", "1.5"});
  check_says(message_of<Error>([] {
               data::RandomErasing({.ratio = {0.0, 1.0}});
             }),
             {"RandomErasing", "ratio", "above 0"});
  check_image_needed(data::RandomErasing(), "RandomErasing");
}
