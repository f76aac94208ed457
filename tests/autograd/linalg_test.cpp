// Matrix functions: known values, identities at awkward sizes in both dtypes, batches, gradients at the edges of what
// the op table's cases cover, and errors.

#include <doctest/doctest.h>

#include <expectations.hpp>
#include <limits>
#include <map>
#include <xtape.hpp>

using namespace xtape;

namespace {

Tensor doubles(const Shape& shape) { return randn(shape, {.dtype = float64}); }
Tensor transposed(const Tensor& x) { return swapaxes(x, -1, -2); }

bool close(const Tensor& a, const Tensor& b, double tolerance = 1e-12) {
  return a.shape() == b.shape() && (a.size() == 0 || amax(abs(a - b)).item() <= tolerance);
}

// Well conditioned, for every size: the identity plus something of norm about 1/2.
Tensor regular(std::size_t n, DType dtype) {
  return eye(n, {.dtype = dtype}) * 2.0 + randn({n, n}, {.dtype = dtype}) / std::sqrt(static_cast<double>(n));
}
Tensor definite(std::size_t n, DType dtype) {
  const Tensor x = randn({n, n}, {.dtype = dtype}) / std::sqrt(static_cast<double>(n));
  return matmul(x, transposed(x)) + eye(n, {.dtype = dtype});
}

const std::size_t sizes[] = {1, 2, 3, 5, 8, 17, 33, 50};
double tolerance_of(DType dtype) { return dtype == float32 ? 2e-4 : 1e-11; }

template <class F>
void at_every_size(const F& check) {
  for (DType dtype : {float32, float64}) {
    for (std::size_t n : sizes) {
      INFO(to_string(dtype) << ", n = " << n);
      check(n, dtype, tolerance_of(dtype));
    }
  }
}

}  // namespace

TEST_CASE("inverse, solve and cholesky fulfil their equations at every size") {
  at_every_size([](std::size_t n, DType dtype, double tolerance) {
    const Tensor a = regular(n, dtype), p = definite(n, dtype), identity = eye(n, {.dtype = dtype});
    CHECK(close(matmul(a, inverse(a)), identity, tolerance));
    CHECK(close(matmul(inverse(transpose(a)), transpose(a)), identity, tolerance));
    const Tensor b = randn({n, 3}, {.dtype = dtype}), v = randn({n}, {.dtype = dtype});
    CHECK(solve(a, b).dtype() == dtype);
    CHECK(close(matmul(a, solve(a, b)), b, tolerance));
    CHECK(close(matmul(a, solve(a, v)), v, tolerance));
    CHECK(close(matmul(transpose(a), solve(transpose(a), v)), v, tolerance));
    const Tensor l = cholesky(p);
    CHECK(close(matmul(l, transpose(l)), p, tolerance));
    CHECK(close(matmul(l, solve_triangular(l, b)), b, tolerance));
    CHECK(close(matmul(transpose(l), solve_triangular(transpose(l), v, {.upper = true})), v, tolerance));
    for (std::size_t row = 0; row + 1 < n; ++row) CHECK(l.item(static_cast<std::ptrdiff_t>(row * n + row + 1)) == 0.0);
  });
}

TEST_CASE("known values") {
  const Tensor a = xt::xarray<double>{{4.0, 2.0}, {2.0, 3.0}};
  CHECK(close(inverse(a), xt::xarray<double>{{0.375, -0.25}, {-0.25, 0.5}}));
  CHECK(close(solve(a, xt::xarray<double>{2.0, 5.0}), xt::xarray<double>{-0.5, 2.0}));
  CHECK(close(cholesky(a), xt::xarray<double>{{2.0, 0.0}, {1.0, std::sqrt(2.0)}}));
  CHECK(det(a).item() == doctest::Approx(8.0));
  CHECK(close(matrix_power(a, 3), matmul(a, matmul(a, a))));
  CHECK(close(matrix_power(a, -2), inverse(matmul(a, a))));
  CHECK(close(matrix_power(a, 0), eye(2, {.dtype = float64})));
  CHECK(inverse(Tensor(xt::xarray<std::int64_t>{{2, 0}, {0, 4}})).dtype() == float64);
  const Tensor turn = xt::xarray<double>{{0.0, 1.0}, {1.0, 0.0}};
  CHECK(det(turn).item() == -1.0);
  CHECK(slogdet(turn).sign.item() == -1.0);
  CHECK(slogdet(turn).logabsdet.item() == 0.0);
  // Only the triangle that is named is read.
  const Tensor noise = xt::xarray<double>{{0.0, 9.0}, {0.0, 0.0}};
  CHECK(close(cholesky(a + noise), cholesky(a)));
  CHECK(close(eigh(a + noise).eigenvalues, eigh(a).eigenvalues));
  const Tensor ones_below = xt::xarray<double>{{7.0, 9.0}, {2.0, 7.0}};
  CHECK(close(solve_triangular(ones_below, xt::xarray<double>{1.0, 5.0}, {.unitriangular = true}),
              xt::xarray<double>{1.0, 3.0}));
}

TEST_CASE("batches: every matrix as if alone, right-hand sides broadcast") {
  const Tensor a = doubles({2, 3, 4, 4}) * 0.3 + eye(4), p = matmul(a, transposed(a));
  const Tensor b = doubles({3, 4, 2}), v = doubles({4});
  const auto at = [](const Tensor& x) { return view(x, {1, 2}); };
  CHECK(close(at(inverse(a)), inverse(at(a))));
  CHECK(close(at(cholesky(p)), cholesky(at(p))));
  CHECK(close(at(solve(a, b)), solve(at(a), view(b, {2}))));
  CHECK(close(at(solve_triangular(p, b)), solve_triangular(at(p), view(b, {2}))));
  CHECK(close(view(solve(at(a), b), {1}), solve(at(a), view(b, {1}))));
  CHECK(solve(a, v).shape() == Shape{2, 3, 4});
  CHECK(close(at(solve(a, v)), solve(at(a), v)));
  CHECK(close(at(lstsq(a, b)), solve(at(a), view(b, {2})), 1e-10));
  CHECK(det(a).shape() == Shape{2, 3});
  CHECK(det(a).item(5) == doctest::Approx(det(at(a)).item()));
  CHECK(close(slogdet(a).sign * exp(slogdet(a).logabsdet), det(a)));
  CHECK(close(at(eigh(p).eigenvalues), eigh(at(p)).eigenvalues));
  CHECK(close(at(pinv(a)), inverse(at(a)), 1e-10));
  CHECK(inverse(zeros({2, 0, 0})).shape() == Shape{2, 0, 0});
  CHECK(inverse(zeros({0, 3, 3})).shape() == Shape{0, 3, 3});
  CHECK(close(det(zeros({2, 0, 0})), ones({2})));
  CHECK(solve(zeros({0, 3, 3}), zeros({3})).shape() == Shape{0, 3});
  CHECK(solve(eye(3), zeros({3, 0})).shape() == Shape{3, 0});
  // Enough of them to be shared out over threads.
  const Tensor many = doubles({3000, 3, 3}) * 0.2 + eye(3);
  CHECK(close(matmul(many, inverse(many)), broadcast_to(eye(3, {.dtype = float64}), {3000, 3, 3}), 1e-10));
}

TEST_CASE("determinants: products, signs and sizes that overflow") {
  at_every_size([](std::size_t n, DType dtype, double) {
    const Tensor a = regular(n, dtype), b = regular(n, dtype);
    CHECK(slogdet(matmul(a, b)).logabsdet.item() ==
          doctest::Approx(slogdet(a).logabsdet.item() + slogdet(b).logabsdet.item()).epsilon(1e-4));
    CHECK(slogdet(matmul(a, b)).sign.item() == slogdet(a).sign.item() * slogdet(b).sign.item());
    CHECK(det(a * -1.0).item() == doctest::Approx((n % 2 ? -1.0 : 1.0) * det(a).item()));
  });
  CHECK(slogdet(eye(400, {.dtype = float64}) * 10.0).logabsdet.item() == doctest::Approx(400.0 * std::log(10.0)));
}

TEST_CASE("det of a singular matrix: 0, with the cofactors as its gradient to any order") {
  // Rank 2: row 2 is the sum of the others; rank 1; rank 0; and a regular one in the same batch.
  const xt::xarray<double> values = {{{1, 2, 3}, {0, 1, 4}, {1, 3, 7}},
                                     {{1, 2, 3}, {2, 4, 6}, {3, 6, 9}},
                                     {{0, 0, 0}, {0, 0, 0}, {0, 0, 0}},
                                     {{2, 1, 0}, {1, 3, 1}, {0, 1, 4}}};
  const Tensor a = Tensor(values).requires_grad_();
  const Tensor y = det(a);
  CHECK(close(y.detach(), xt::xarray<double>{0.0, 0.0, 0.0, 18.0}, 1e-12));
  CHECK(y.item(0) == 0.0);
  sum(y).backward();
  const Tensor expected = xt::xarray<double>{{{-5, 4, -1}, {-5, 4, -1}, {5, -4, 1}},
                                             {{0, 0, 0}, {0, 0, 0}, {0, 0, 0}},
                                             {{0, 0, 0}, {0, 0, 0}, {0, 0, 0}},
                                             {{11, -4, 1}, {-4, 8, -2}, {1, -2, 5}}};
  CHECK(close(a.grad(), expected, 1e-12));
  const TensorFunction function = [](const Tensors& x) { return det(x[0]); };
  CHECK(gradcheck(function, {Tensor(values)}));
  CHECK(gradgradcheck(function, {Tensor(values)}));
  // The two ways to the cofactors agree: with the graph by products, without it by singular values.
  const Tensor flat = matmul(doubles({8, 7}), doubles({7, 8}));
  const Tensor exactly = concatenate({view(flat, {xt::range(0, 7)}), zeros({1, 8}, {.dtype = float64})}, 0);
  const Tensor x = exactly.clone().requires_grad_();
  const Tensor recorded = grad(det(x), x, {.create_graph = true}).detach();
  const Tensor plain = grad(det(x), x);
  CHECK(close(recorded / amax(abs(plain)), plain / amax(abs(plain)), 1e-9));
  CHECK(amax(abs(plain)).item() > 0.0);
}

TEST_CASE("slogdet of a singular matrix is -inf, and says that it has no gradient") {
  const Tensor a = zeros({3, 3}, {.dtype = float64, .requires_grad = true});
  const auto [sign, logarithm] = slogdet(a);
  CHECK(sign.item() == 0.0);
  CHECK(logarithm.item() == -std::numeric_limits<double>::infinity());
  CHECK_THROWS_WITH_AS(logarithm.backward(), doctest::Contains("singular"), LinalgError);
}

TEST_CASE("gradients of symmetric functions are symmetric, and known ones come out") {
  const Tensor p = definite(4, float64).requires_grad_();
  sum(cholesky(p) * doubles({4, 4})).backward();
  CHECK(close(p.grad(), transpose(p.grad())));
  p.zero_grad();
  slogdet(p).logabsdet.backward();
  CHECK(close(p.grad(), inverse(p.detach()), 1e-10));
  p.zero_grad();
  sum(eigh(p).eigenvalues).backward();  // the trace
  CHECK(close(p.grad(), eye(4, {.dtype = float64}), 1e-10));
  // A weight that solves for a batch gets one gradient.
  const Tensor a = regular(3, float64).requires_grad_(), b = doubles({5, 3, 2});
  sum(solve(a, b)).backward();
  const Tensor alone = a.detach().clone().requires_grad_();
  for (int i = 0; i < 5; ++i) sum(solve(alone, view(b, {i}))).backward();
  CHECK(close(a.grad(), alone.grad(), 1e-10));
}

TEST_CASE("least squares and pseudo-inverses") {
  // The line through (0, 1), (1, 3), (2, 4), (3, 4) by hand: y = 1.5 + t.
  const Tensor line = xt::xarray<double>{{1, 0}, {1, 1}, {1, 2}, {1, 3}};
  CHECK(close(lstsq(line, xt::xarray<double>{1.0, 3.0, 4.0, 4.0}), xt::xarray<double>{1.5, 1.0}));
  at_every_size([](std::size_t n, DType dtype, double tolerance) {
    const Tensor square = regular(n, dtype), more = randn({4, n}, {.dtype = dtype});
    const Tensor tall = concatenate({square, more}, 0), wide = transpose(tall);
    const Tensor b = randn({n + 4, 2}, {.dtype = dtype}), c = randn({n, 2}, {.dtype = dtype});
    // The residual is orthogonal to the columns; the smallest solution lies in the span of the rows.
    CHECK(close(matmul(transpose(tall), matmul(tall, lstsq(tall, b)) - b), zeros({n, 2}), tolerance * 20));
    const Tensor smallest = lstsq(wide, c);
    CHECK(close(matmul(wide, smallest), c, tolerance));
    CHECK(close(matmul(tall, lstsq(tall, smallest)), smallest, tolerance));
    CHECK(close(lstsq(square, c), solve(square, c), tolerance));
    CHECK(close(matmul(pinv(tall), b), lstsq(tall, b), tolerance));
    CHECK(close(pinv(wide), transpose(pinv(tall)), tolerance));
  });
  const Tensor low = matmul(doubles({5, 2}), doubles({2, 4})), p = pinv(low);
  CHECK(close(matmul(low, matmul(p, low)), low, 1e-10));
  CHECK(close(matmul(p, matmul(low, p)), p, 1e-10));
  CHECK(close(matmul(low, p), transpose(matmul(low, p)), 1e-10));
  const Tensor scales = xt::xarray<double>{{1.0, 0.0}, {0.0, 1e-3}};
  CHECK(pinv(scales).item(3) == doctest::Approx(1e3));
  CHECK(pinv(scales, {.rcond = 1e-2}).item(3) == 0.0);
  CHECK(pinv(zeros({2, 3})).shape() == Shape{3, 2});
}

TEST_CASE("decompositions multiply back, with orthonormal factors") {
  at_every_size([](std::size_t n, DType dtype, double tolerance) {
    const Tensor p = definite(n, dtype), identity = eye(n, {.dtype = dtype});
    const auto [w, v] = eigh(p);
    CHECK(close(matmul(v * expand_dims(w, 0), transpose(v)), p, tolerance));
    CHECK(close(matmul(transpose(v), v), identity, tolerance));
    for (std::size_t i = 0; i + 1 < n; ++i) {
      CHECK(w.item(static_cast<std::ptrdiff_t>(i)) <= w.item(static_cast<std::ptrdiff_t>(i + 1)));
    }
    for (const Shape& shape : {Shape{n, n}, Shape{n + 3, n}, Shape{n, n + 3}}) {
      const Tensor a = randn(shape, {.dtype = dtype});
      const auto [q, r] = qr(a);
      CHECK(close(matmul(q, r), a, tolerance));
      CHECK(close(matmul(transpose(q), q), identity, tolerance));
      CHECK(sum(abs(where(expand_dims(arange(static_cast<double>(n)), 1) <= arange(static_cast<double>(shape[1])), 0.0,
                          r)))
                .item() == 0.0);
      const auto [u, s, vh] = svd(a);
      CHECK(close(matmul(u * expand_dims(s, 0), vh), a, tolerance));
      CHECK(close(matmul(transpose(u), u), identity, tolerance));
      CHECK(close(matmul(vh, transpose(vh)), identity, tolerance));
      CHECK(s.item(-1) >= 0.0);
      CHECK(s.item(0) >= s.item(-1));
    }
  });
}

TEST_CASE("errors of matrix functions name the matrix, the place and the shapes") {
  Tensor a = (zeros({2, 3, 4, 4}, {.dtype = float64}) + eye(4)).contiguous();
  static_cast<double*>(a.mutable_data())[4 * 16 + 2 * 4 + 2] = 0.0;  // element (2, 2) of matrix (1, 1)
  const auto says = [&](const auto& function, std::initializer_list<const char*> parts) {
    check_says(message_of<LinalgError>(function), parts);
  };
  says([&] { inverse(a); }, {"inverse", "matrix (1, 1) of shape (2, 3, 4, 4)", "singular", "pivot 2"});
  says([&] { inverse(view(a, {1, 1})); }, {"inverse", "the matrix of shape (4, 4)", "pivot 2"});
  says([&] { inverse(xt::xarray<double>{{1, 2}, {2, 4}}); }, {"pivot 1", "row 1 depends"});
  says([&] { solve(a, ones({4})); }, {"solve", "matrix (1, 1)", "singular"});
  says([&] { solve_triangular(a, ones({4})); }, {"solve_triangular", "matrix (1, 1)", "element (2, 2)"});
  says([&] { cholesky(a); }, {"cholesky", "matrix (1, 1)", "leading minor of order 3"});
  says([&] { cholesky(-eye(2)); }, {"the matrix of shape (2, 2)", "order 1"});
  says([&] { matrix_power(a, -1); }, {"matrix (1, 1)", "singular"});
  says(
      [&] {
        lstsq(ones({5, 3, 2}), ones({3}));
      },
      {"lstsq", "matrix (0,) of shape (5, 3, 2)", "rank 1, not 2", "pinv"});
  const Tensor nan = full({2, 2}, std::numeric_limits<double>::quiet_NaN());
  says([&] { svd(nan); }, {"svd", "did not converge", "nan"});
  says([&] { pinv(nan); }, {"did not converge"});

  const Tensor oblong = ones({2, 3});
  for (const auto& [name, function] :
       std::map<std::string, std::function<void()>>{{"inverse", [&] { inverse(oblong); }},
                                                    {"solve", [&] { solve(oblong, oblong); }},
                                                    {"cholesky", [&] { cholesky(oblong); }},
                                                    {"det", [&] { det(oblong); }},
                                                    {"slogdet", [&] { slogdet(oblong); }},
                                                    {"matrix_power", [&] { matrix_power(oblong, 2); }},
                                                    {"eigh", [&] { eigh(oblong); }}}) {
    check_says(message_of<ShapeError>(function), {name.c_str(), "(2, 3)", "(..., n, n)"});
  }
  check_says(message_of<ShapeError>([&] { svd(ones({3})); }), {"svd", "(3,)", "(..., m, n)"});
  check_says(message_of<ShapeError>([&] { qr(ones({3})); }), {"qr", "(..., m, n)"});
  check_says(message_of<ShapeError>([&] { solve(eye(3), ones({2, 3})); }), {"(2, 3)", "(3, 3)", "(..., 3, k)"});
  check_says(message_of<ShapeError>([&] { lstsq(oblong, ones({3})); }), {"(3,)", "(2, 3)", "(2,) or (..., 2, k)"});
  CHECK_THROWS_AS(solve(ones({2, 3, 3}) + eye(3), ones({4, 3, 1})), ShapeError);
}
