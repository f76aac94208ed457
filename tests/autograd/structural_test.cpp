// Values, views and errors of the structural ops; their gradients are in op_table_test.cpp.

#include <doctest/doctest.h>

#include <xtape.hpp>

#include <limits>

using namespace xtape;

namespace {

Tensor doubles(const Shape& shape) { return randn(shape, {.dtype = float64}); }

bool close(const Tensor& a, const Tensor& b, double tolerance = 1e-12) {
  return a.shape() == b.shape() && (a.size() == 0 || amax(abs(a - b)).item() <= tolerance);
}

Tensor matrix_product_by_loops(const Tensor& a, const Tensor& b) {
  const std::size_t m = a.shape(0), k = a.shape(1), n = b.shape(1);
  Tensor c = zeros({m, n}, {.dtype = float64});
  auto* out = static_cast<double*>(c.mutable_data());
  const Tensor left = astype(a, float64).contiguous(), right = astype(b, float64).contiguous();
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t p = 0; p < k; ++p) {
      for (std::size_t j = 0; j < n; ++j)
        out[i * n + j] += left.data<double>()[i * k + p] * right.data<double>()[p * n + j];
    }
  }
  return c;
}

}  // namespace

// Some OpenBLAS releases compute wrong products on processors newer than they are; the cure is to update it, or to set
// OPENBLAS_CORETYPE.
TEST_CASE("the linked BLAS multiplies correctly at awkward sizes") {
  for (std::size_t m : {1u, 2u, 3u, 7u, 17u, 65u, 130u}) {
    for (std::size_t k : {1u, 5u, 16u, 33u, 257u}) {
      for (std::size_t n : {1u, 4u, 9u, 31u, 129u}) {
        const Tensor a = doubles({m, k}), b = doubles({k, n});
        const Tensor expected = matrix_product_by_loops(a, b);
        INFO(m << " x " << k << " x " << n);
        CHECK(close(matmul(a, b), expected, 1e-10));
        CHECK(close(matmul(transpose(transpose(a).clone()), transpose(transpose(b).clone())), expected, 1e-10));
        CHECK(close(astype(matmul(astype(a, float32), astype(b, float32)), float64), expected, 1e-3));
      }
    }
  }
}

TEST_CASE("matmul: views, batches, vectors, dtypes and errors") {
  const Tensor a = doubles({4, 6});
  const Tensor columns = view(a, {xt::all(), xt::range(0, 6, 2)}),
               backwards = view(a, {xt::range(3, xt::placeholders::_, -1)});
  CHECK(close(matmul(columns, transpose(columns)), matrix_product_by_loops(columns, transpose(columns))));
  CHECK(close(matmul(backwards, transpose(a)), matrix_product_by_loops(backwards, transpose(a))));
  const Tensor row = broadcast_to(view(a, {0}), {5, 6});
  CHECK(close(matmul(row, transpose(a)), matrix_product_by_loops(row, transpose(a))));
  const Tensor batches = doubles({2, 1, 3, 4}), others = doubles({5, 4, 2});
  const Tensor product = matmul(batches, others);
  CHECK(product.shape() == Shape{2, 5, 3, 2});
  CHECK(close(view(product, {1, 3}), matrix_product_by_loops(view(batches, {1, 0}), view(others, {3}))));
  CHECK(matmul(doubles({3}), doubles({3})).shape() == Shape{});
  CHECK(matmul(doubles({2, 3}), doubles({3})).shape() == Shape{2});
  CHECK(matmul(doubles({3}), doubles({5, 3, 2})).shape() == Shape{5, 2});
  CHECK(close(matmul(zeros({2, 0}), zeros({0, 3})), zeros({2, 3})));
  CHECK(matmul(ones({2, 2}, {.dtype = int64}), ones({2, 2})).dtype() == float64);
  CHECK_THROWS_WITH_AS(matmul(ones({2, 3}), ones({4, 5})), doctest::Contains("(2, 3) and (4, 5)"), ShapeError);
  CHECK_THROWS_AS(matmul(ones({}), ones({2, 2})), ShapeError);
  CHECK_THROWS_AS(matmul(ones({2, 2, 3}), ones({3, 3, 2})), ShapeError);
  CHECK_THROWS_WITH_AS(linear(ones({4, 3}), ones({2, 5})), doctest::Contains("(2, 5)"), ShapeError);
  CHECK_THROWS_AS(linear(ones({4, 3}), ones({2, 3}), ones({3})), ShapeError);
}

TEST_CASE("views share memory, copies do not") {
  const Tensor x = arange(24.0);
  const Tensor cube = reshape(x, {2, 3, 4});
  CHECK(cube.data<float>() == x.data<float>());
  CHECK(reshape(x, {4, -1}).shape() == Shape{4, 6});
  CHECK(reshape(view(cube, {1}), {12}).raw_data() == view(cube, {1}).raw_data());
  const Tensor turned = transpose(cube);
  CHECK(turned.raw_data() == x.raw_data());
  CHECK(turned.item(1) == 12.0);
  const Tensor merged = reshape(transpose(cube, {1, 0, 2}), {3, 8});  // axes that are not walked in one stride
  CHECK(merged.raw_data() != x.raw_data());
  CHECK(merged.item(4) == 12.0);
  CHECK(reshape(transpose(cube, {1, 2, 0}), {12, 2}).raw_data() == x.raw_data());
  CHECK(broadcast_to(x, {5, 24}).raw_data() == x.raw_data());
  CHECK(view(cube, {xt::all(), xt::range(2, xt::placeholders::_, -1), 0}).item(0) == 8.0);
  CHECK(view(cube, {xt::range(0, 0)}).shape() == Shape{0, 3, 4});
  CHECK(cube.contiguous().is_same(cube));
}

TEST_CASE("shape errors say what was met and what would fit") {
  const Tensor x = zeros({2, 3});
  CHECK_THROWS_WITH_AS(reshape(x, {4, -1}), doctest::Contains("(4, -1)"), ShapeError);
  CHECK_THROWS_AS(reshape(x, {-1, -1}), ShapeError);
  CHECK_THROWS_AS(reshape(x, {7}), ShapeError);
  CHECK_THROWS_AS(reshape(zeros({0}), {0, -1}), ShapeError);
  CHECK(reshape(zeros({0}), {-1, 2}).shape() == Shape{0, 2});
  CHECK_THROWS_AS(squeeze(x, {0}), ShapeError);
  CHECK_THROWS_AS(expand_dims(x, 4), IndexError);
  CHECK_THROWS_AS(transpose(x, {0, 0}), ShapeError);
  CHECK_THROWS_AS(transpose(x, {0}), ShapeError);
  CHECK_THROWS_AS(view(x, {2}), IndexError);
  CHECK_THROWS_AS(view(x, {0, 0, 0}), IndexError);
  CHECK_THROWS_AS(view(x, {xt::range(0, 3, 1), xt::ellipsis(), xt::ellipsis()}), IndexError);
  CHECK_THROWS_AS(broadcast_to(x, {3, 2}), ShapeError);
  CHECK_THROWS_WITH_AS(concatenate({x, zeros({2, 2, 2})}), doctest::Contains("(2, 2, 2)"), ShapeError);
  CHECK_THROWS_AS(concatenate({}), ShapeError);
  CHECK_THROWS_AS(stack({x, zeros({3, 2})}), ShapeError);
  CHECK_THROWS_WITH_AS(sum(x, {2}), doctest::Contains("-2 to 1"), IndexError);
  CHECK_THROWS_AS(sum(x, {0, -2}), ShapeError);
  CHECK_THROWS_AS(amax(zeros({2, 0}), {1}), ShapeError);
}

TEST_CASE("reductions: long sums stay accurate, nans win, empties have their neutral element") {
  const Tensor x = full({3000000}, 0.1);
  CHECK(std::abs(sum(x).item() / (3000000 * 0.1f) - 1.0) < 1e-6);
  CHECK(std::abs(mean(reshape(x, {1000, 3000}), {0}).item(2999) - 0.1f) < 1e-7);
  CHECK(sum(ones({1 << 24}) + 0.0).item() == 16777216.0);  // a plain float sum would stop there
  CHECK(sum(zeros({0})).item() == 0.0);
  CHECK(prod(zeros({0})).item() == 1.0);
  CHECK(std::isnan(mean(zeros({0})).item()));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor y = Tensor(xt::xarray<double>{{1.0, nan, 3.0}, {4.0, 5.0, 6.0}});
  CHECK(std::isnan(amax(y).item()));
  CHECK(amax(y, {1}).item(1) == 6.0);
  CHECK(std::isnan(amin(y, {0}).item(1)));
  CHECK(argmax(y).item<std::int64_t>() == 1);
  CHECK(argmin(y, 1).item<std::int64_t>(1) == 0);
  CHECK(amax(Tensor(xt::xarray<std::int64_t>{3, 9, 2})).dtype() == int64);
  CHECK_FALSE(all(y > 2.0).item<bool>());
  CHECK(all(zeros({0})).item<bool>());
  CHECK(logsumexp(Tensor(xt::xarray<double>{1000.0, 1000.0})).item() == doctest::Approx(1000.0 + std::log(2.0)));
  CHECK(std::isinf(logsumexp(full({3}, -std::numeric_limits<double>::infinity())).item()));
  const Tensor tie = Tensor(xt::xarray<double>{2.0, 2.0, 1.0}).requires_grad_();
  amax(tie).backward();
  CHECK(tie.grad().item(0) == 0.5);
  CHECK(tie.grad().item(2) == 0.0);
}

TEST_CASE("indexing") {
  const Tensor x = reshape(arange(6.0), {3, 2});
  const Tensor rows = take(x, Tensor(xt::xarray<std::int64_t>{2, -3, 2}));
  CHECK(rows.item(0) == 4.0);
  CHECK(rows.item(2) == 0.0);
  CHECK_THROWS_WITH_AS(take(x, Tensor(xt::xarray<std::int64_t>{0, 3})), doctest::Contains("index 3 at position 1"),
                       IndexError);
  CHECK_THROWS_AS(take(x, ones({2})), DtypeError);
  CHECK_THROWS_AS(take_along_axis(x, Tensor(xt::xarray<std::int64_t>{{0, 1, 0}}), 0), ShapeError);
  const Tensor hot = one_hot(Tensor(xt::xarray<std::int64_t>{2, 0}), 3);
  CHECK(hot.shape() == Shape{2, 3});
  CHECK(hot.item(2) == 1.0);
  CHECK(sum(hot).item() == 2.0);
  CHECK_THROWS_AS(one_hot(Tensor(xt::xarray<std::int64_t>{3}), 3), IndexError);
  const Tensor added =
      scatter_add(zeros({3}), 0, Tensor(xt::xarray<std::int64_t>{1, 1, 0}), Tensor(xt::xarray<float>{1.f, 2.f, 4.f}));
  CHECK(added.item(1) == 3.0);
  CHECK(scatter(zeros({3}), 0, Tensor(xt::xarray<std::int64_t>{1, 1}), Tensor(xt::xarray<float>{1.f, 2.f})).item(1) ==
        2.0);
  CHECK_THROWS_AS(embedding(zeros({3}), Tensor(xt::xarray<std::int64_t>{1})), ShapeError);
  CHECK(masked_fill(x, x > 2.0, -1.0).item(5) == -1.0);
}

TEST_CASE("softmax and cross-entropy at the ends of the range") {
  const Tensor x = Tensor(xt::xarray<double>{{1010.0, 1000.0, 990.0}, {0.3, 2.9, 4.0}});
  const Tensor y = softmax(x);
  CHECK(y.item(0) == doctest::Approx(9.99954600e-1));
  CHECK(y.item(1) == doctest::Approx(4.53978687e-5));
  CHECK(y.item(5) == doctest::Approx(0.73659691));
  CHECK(close(exp(log_softmax(x)), y));
  CHECK(close(softmax(transpose(x), 0), transpose(y)));
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(softmax(Tensor(xt::xarray<double>{-infinity, 0.0})).item(0) == 0.0);
  for (std::size_t width : {1u, 3u, 8u, 16u, 33u}) {
    const Tensor rows = randn({5, width});
    CHECK(amax(abs(sum(softmax(rows), {1}) - 1.0)).item() < 1e-6);
    CHECK(close(log_softmax(rows), log(softmax(rows)), 1e-5));
  }
  const Tensor scores = doubles({4, 3});
  const Tensor labels = Tensor(xt::xarray<std::int64_t>{0, 2, 1, 1});
  const Tensor each = cross_entropy(scores, labels, Reduce::none);
  CHECK(each.shape() == Shape{4});
  CHECK(cross_entropy(scores, labels).item() == doctest::Approx(mean(each).item()));
  CHECK(cross_entropy(scores, labels, Reduce::sum).item() == doctest::Approx(sum(each).item()));
  CHECK(each.item(1) == doctest::Approx(-log_softmax(scores).item(5)));
  CHECK_THROWS_WITH_AS(cross_entropy(scores, Tensor(xt::xarray<std::int64_t>{0, 2, 3, 1})),
                       doctest::Contains("class 3"), IndexError);
  CHECK_THROWS_AS(cross_entropy(scores, ones({4})), DtypeError);
  CHECK_THROWS_AS(cross_entropy(scores, Tensor(xt::xarray<std::int64_t>{0})), ShapeError);
}

TEST_CASE("matmul merges batches of one row, whatever the stride of that axis") {
  const Tensor x = xt::xarray<double>{{1, 2}, {3, 4}, {5, 6}}, w = xt::xarray<double>{{1, 0, 2}, {0, 1, 3}};
  const Tensor rows = swapaxes(expand_dims(x, 0), 0, 1);  // (3, 1, 2)
  REQUIRE(rows.is_contiguous());
  CHECK(all(equal(squeeze(matmul(rows, w), {1}), matmul(x, w))).item<bool>());
  CHECK(
      all(equal(squeeze(linear(rows, transpose(w), zeros({3}, {.dtype = float64})), {1}), matmul(x, w))).item<bool>());
}
