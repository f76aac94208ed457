// What the machine gives at best: the linked BLAS' matrix product, and the memory's bandwidth.

#include <cblas.h>
#include <memory>

#include <benchmarks/workload.hpp>

namespace benchmarks::by_hand {

Program matrix_product(std::size_t size) {
  const auto a = std::make_shared<std::vector<float>>(numbers(size * size, 0, -1, 1));
  const auto b = std::make_shared<std::vector<float>>(numbers(size * size, 1, -1, 1));
  const auto c = std::make_shared<std::vector<float>>(size * size);
  const int n = static_cast<int>(size);
  return {[=] {
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, a->data(), n, b->data(), n, 0, c->data(),
                        n);
          },
          [=] { return Results{sample(c->data(), c->size())}; }};
}

// McCalpin's triad: a = b + s c.
Program triad(std::size_t count) {
  const auto a = std::make_shared<std::vector<float>>(count);
  const auto b = std::make_shared<std::vector<float>>(count, 1.0f);
  const auto c = std::make_shared<std::vector<float>>(count, 2.0f);
  return {[=] {
            float* to = a->data();
            const float *x = b->data(), *y = c->data();
#pragma omp parallel for simd schedule(static)
            for (std::size_t i = 0; i < count; ++i) to[i] = x[i] + 3.0f * y[i];
          },
          [=] { return Results{sample(a->data(), count)}; }};
}

}  // namespace benchmarks::by_hand
