#include <array>
#include <xtape.hpp>

#include <expectations.hpp>
#include <scratch_files.hpp>

using namespace xtape;

namespace {

std::array<int, 10> class_counts(const data::Dataset& digits) {
  std::array<int, 10> counts{};
  const Tensor targets = digits.targets();
  for (std::size_t i = 0; i < targets.size(); ++i)
    ++counts.at(targets.item<std::size_t>(static_cast<std::ptrdiff_t>(i)));
  return counts;
}

}  // namespace

TEST_CASE("the embedded digits are whole") {
  const auto [train, test] = data::digits();
  CHECK(train.inputs().shape() == Shape({1437, 64}));
  CHECK(test.inputs().shape() == Shape({360, 64}));
  CHECK(train.inputs().dtype() == float32);
  CHECK(train.targets().shape() == Shape({1437}));
  CHECK(test.targets().dtype() == int64);
  for (const data::Dataset& part : {train, test}) {
    CHECK(amin(part.inputs()).item() == 0.0);
    CHECK(amax(part.inputs()).item() == 1.0);
  }
  // The sum of the 1797 * 64 values of the original table, which are from 0 to 16.
  const double total = sum(astype(train.inputs(), float64)).item() + sum(astype(test.inputs(), float64)).item();
  CHECK(total * 16.0 == 561718.0);

  const std::array<int, 10> test_counts{31, 35, 39, 33, 44, 29, 40, 40, 28, 41};
  const std::array<int, 10> all_counts{178, 182, 177, 183, 181, 182, 181, 179, 174, 180};
  const std::array<int, 10> train_counts = class_counts(train);
  CHECK(class_counts(test) == test_counts);
  for (std::size_t digit = 0; digit < 10; ++digit) CHECK(train_counts[digit] + test_counts[digit] == all_counts[digit]);
}

TEST_CASE("the digits are in the order of NumPy's permutation") {
  const auto [train, test] = data::digits();
  CHECK(identical(train.batch(std::vector<std::size_t>{0, 1, 2, 3, 4}).second,
                  Tensor(xt::xarray<std::int64_t>{2, 8, 2, 6, 6})));
  CHECK(identical(test.batch(std::vector<std::size_t>{0, 1, 2, 3, 4}).second,
                  Tensor(xt::xarray<std::int64_t>{7, 9, 4, 7, 0})));
  // Two pixel rows of the original table's line 1081, the first of the permutation.
  const Tensor rows = view(train[0].first, {xt::range(0, 16)}) * 16.0;
  CHECK(identical(rows, Tensor(xt::xarray<float>{0, 0, 11, 16, 15, 3, 0, 0, 0, 5, 16, 12, 11, 13, 0, 0})));
}
