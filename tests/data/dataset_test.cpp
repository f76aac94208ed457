#include <xtape.hpp>

#include <expectations.hpp>
#include <scratch_files.hpp>

using namespace xtape;

namespace {

// The squares of the numbers below a count, made on demand.
class Squares final : public data::Source {
 public:
  explicit Squares(std::size_t count) : m_count(count) {}
  std::size_t size() const override { return m_count; }
  data::Sample sample(std::size_t index) const override {
    const auto value = static_cast<double>(index);
    return {full({2}, value), full({}, value * value, {.dtype = int64})};
  }

 private:
  std::size_t m_count;
};

}  // namespace

TEST_CASE("a data set of tensors gives samples, batches and everything") {
  const data::Dataset points(reshape(arange(12), {4, 3}), arange(4, {.dtype = int64}));
  CHECK(points.size() == 4);

  const auto [x, t] = points[2];
  CHECK(identical(x, Tensor(xt::xarray<float>{6, 7, 8})));
  CHECK(t.shape() == Shape({}));
  CHECK(t.item<std::int64_t>() == 2);
  CHECK(identical(points[-1].second, points[3].second));

  const auto [xs, ts] = points.batch(std::vector<std::size_t>{3, 0, 3});
  CHECK(identical(xs, Tensor(xt::xarray<float>{{9, 10, 11}, {0, 1, 2}, {9, 10, 11}})));
  CHECK(identical(ts, Tensor(xt::xarray<std::int64_t>{3, 0, 3})));

  CHECK(points.inputs().shape() == Shape({4, 3}));
  CHECK(points.targets().dtype() == int64);
}

TEST_CASE("a data set reads strided tensors and drops their history") {
  const Tensor columns = transpose(reshape(arange(6), {2, 3}));
  columns.requires_grad_();
  const data::Dataset points(columns * 1.0, zeros({3, 2}));
  CHECK_FALSE(points.inputs().requires_grad());
  CHECK(identical(points[1].first, Tensor(xt::xarray<float>{1, 4})));
  CHECK(points[1].second.shape() == Shape({2}));
}

TEST_CASE("copies of a data set share its samples") {
  const data::Dataset points(zeros({2, 1}), zeros({2}));
  const data::Dataset copy = points;
  CHECK(copy.inputs().is_same(points.inputs()));
}

TEST_CASE("a batch is a copy of the samples") {
  const data::Dataset points(zeros({2, 1}), zeros({2}));
  const auto [x, t] = points.batch(std::vector<std::size_t>{0, 1});
  x.assign(ones({}));
  CHECK(points.inputs().item(0) == 0.0);
}

TEST_CASE("a data set may have a source of its own") {
  const data::Dataset squares(std::make_shared<Squares>(5));
  CHECK(squares.size() == 5);
  CHECK(squares[-1].second.item<std::int64_t>() == 16);
  CHECK(identical(squares.targets(), Tensor(xt::xarray<std::int64_t>{0, 1, 4, 9, 16})));
  CHECK(squares.inputs().shape() == Shape({5, 2}));
  CHECK(identical(squares.batch(std::vector<std::size_t>{3, 1}).second, Tensor(xt::xarray<std::int64_t>{9, 1})));
}

TEST_CASE("data set errors name what they met") {
  check_says(message_of<ShapeError>([] { data::Dataset(zeros({3, 2}), zeros({4})); }), {"Dataset", "(3, 2)", "(4,)"});
  check_says(message_of<ShapeError>([] { data::Dataset(zeros({}), zeros({})); }), {"Dataset", "()"});
  const data::Dataset points(zeros({3, 2}), zeros({3}));
  check_says(message_of<IndexError>([&] { (void)points[3]; }), {"index 3", "3 samples"});
  check_says(message_of<IndexError>([&] { (void)points[-4]; }), {"index -4", "3 samples"});
  check_says(message_of<IndexError>([&] { (void)points.batch(std::vector<std::size_t>{0, 7}); }), {"index 7"});
}
