#include <doctest/doctest.h>

#include <xtape.hpp>

#include <cmath>
#include <expectations.hpp>

using namespace xtape;

namespace {

Tensor integers(std::initializer_list<std::int64_t> values) { return xt::xarray<std::int64_t>(values); }

// Of 4 classes, of which the last was never seen and never predicted.
const Tensor predicted = integers({0, 2, 1, 0, 0, 1, 2, 2, 1, 0}), actual = integers({0, 1, 2, 0, 0, 1, 2, 0, 1, 2});
const Tensor confusion = nn::confusion_matrix(predicted, actual, 4);

void check_close(const Tensor& x, std::initializer_list<double> expected) {
  REQUIRE(x.shape() == Shape{expected.size()});
  std::ptrdiff_t i = 0;
  for (const double value : expected) CHECK(x.item(i++) == doctest::Approx(value));
}

}  // namespace

TEST_CASE("top_k_accuracy counts classes among the k best") {
  const Tensor scores = xt::xarray<double>{{0.1, 0.5, 0.4}, {0.5, 0.3, 0.2}, {0.2, 0.1, 0.7}, {0.6, 0.3, 0.1}};
  const Tensor targets = integers({2, 0, 1, 2});
  CHECK(nn::top_k_accuracy(scores, targets, 1) == nn::accuracy(scores, targets));
  CHECK(nn::top_k_accuracy(scores, targets, 1) == 0.25);
  CHECK(nn::top_k_accuracy(scores, targets, 2) == 0.5);
  CHECK(nn::top_k_accuracy(scores, targets, 3) == 1.0);
  CHECK_THROWS_AS(nn::top_k_accuracy(scores, targets, 0), Error);
  CHECK_THROWS_AS(nn::top_k_accuracy(scores, targets, 4), IndexError);
  CHECK_THROWS_AS(nn::top_k_accuracy(scores, ones({4}), 1), DtypeError);
  check_says(message_of<ShapeError>([&] { (void)nn::top_k_accuracy(scores, integers({1}), 1); }),
             {"top_k_accuracy", "(4, 3)", "(1,)"});
}

TEST_CASE("confusion_matrix has a row for each class and a column for each prediction") {
  const Tensor expected = xt::xarray<std::int64_t>{{3, 0, 1, 0}, {0, 2, 1, 0}, {1, 1, 1, 0}, {0, 0, 0, 0}};
  CHECK(identical(confusion, expected));
  CHECK(identical(nn::confusion_matrix(reshape(predicted, {2, 5}), reshape(actual, {2, 5}), 4), expected));
  check_says(message_of<IndexError>([] { (void)nn::confusion_matrix(predicted, actual, 2); }),
             {"confusion_matrix", "class 2 of 2"});
  CHECK_THROWS_AS(nn::confusion_matrix(predicted, integers({1}), 4), ShapeError);
  CHECK_THROWS_AS(nn::confusion_matrix(ones({10}), actual, 4), DtypeError);
}

// By hand from the matrix above; sklearn.metrics.precision_recall_fscore_support gives the same with zero_division=0.
TEST_CASE("precision, recall and F1 of each class, and their averages") {
  check_close(nn::precision(confusion), {3.0 / 4, 2.0 / 3, 1.0 / 3, 0.0});
  check_close(nn::recall(confusion), {3.0 / 4, 2.0 / 3, 1.0 / 3, 0.0});
  const Tensor skewed = xt::xarray<std::int64_t>{{6, 2}, {1, 1}};
  check_close(nn::precision(skewed), {6.0 / 7, 1.0 / 3});
  check_close(nn::recall(skewed), {6.0 / 8, 1.0 / 2});
  check_close(nn::f1_score(skewed), {12.0 / 15, 2.0 / 5});
  using nn::Average;
  CHECK(nn::precision(skewed, Average::macro) == doctest::Approx((6.0 / 7 + 1.0 / 3) / 2));
  CHECK(nn::recall(skewed, Average::macro) == doctest::Approx(0.625));
  CHECK(nn::f1_score(skewed, Average::macro) == doctest::Approx(0.6));
  CHECK(nn::precision(skewed, Average::micro) == doctest::Approx(0.7));
  CHECK(nn::recall(skewed, Average::micro) == doctest::Approx(0.7));
  CHECK(nn::f1_score(skewed, Average::micro) == doctest::Approx(0.7));
  CHECK(nn::precision(skewed, Average::weighted) == doctest::Approx(0.8 * 6 / 7 + 0.2 / 3));
  CHECK(nn::recall(skewed, Average::weighted) == doctest::Approx(0.7));
  CHECK(nn::f1_score(skewed, Average::weighted) == doctest::Approx(0.72));
  check_says(message_of<ShapeError>([] { (void)nn::f1_score(ones({2, 3})); }), {"f1_score", "(2, 3)"});
}

TEST_CASE("perplexity is the number of classes in doubt") {
  CHECK(nn::perplexity(zeros({3, 7}), integers({0, 6, 2})) == doctest::Approx(7.0));
  const Tensor scores = log(Tensor(xt::xarray<double>{{0.5, 0.5}, {0.25, 0.75}, {0.9, 0.1}}));
  CHECK(nn::perplexity(scores, integers({1, 0, 0}), 7) == doctest::Approx(std::cbrt(2.0 * 4.0 / 0.9)));
  CHECK(nn::perplexity(scores, integers({1, 0, -100})) == doctest::Approx(std::sqrt(8.0)));
}

TEST_CASE("metrics of numbers") {
  const Tensor y = xt::xarray<double>{3.0, -0.5, 2.0, 7.0}, p = xt::xarray<double>{2.5, 0.0, 2.0, 8.0};
  CHECK(nn::r2_score(p, y) == doctest::Approx(0.9486081370449679));  // scikit-learn's example
  CHECK(nn::r2_score(full({4}, 2.875), y) == doctest::Approx(0.0));
  CHECK(nn::r2_score(ones({3}), ones({3})) == 1.0);
  CHECK(nn::r2_score(zeros({3}), ones({3})) == 0.0);
  CHECK(nn::mean_absolute_error(p, y) == 0.5);
  CHECK(nn::mean_absolute_error(integers({1, 2}), integers({2, 4})) == 1.5);
  check_says(message_of<ShapeError>([&] { (void)nn::r2_score(p, ones({3})); }), {"r2_score", "(4,)", "(3,)"});
  CHECK_THROWS_AS(nn::mean_absolute_error(ones({0}), ones({0})), ShapeError);
}
