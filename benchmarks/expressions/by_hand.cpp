// What one would write without a library of derivatives: a SIMD loop for the sum, and one for the four gradients.

#include <array>
#include <memory>
#include <xsimd/xsimd.hpp>

#include <benchmarks/workload.hpp>

namespace benchmarks::by_hand {

namespace {

using Batch = xsimd::batch<float>;
constexpr std::size_t width = Batch::size;

struct Wave {
  static Batch value(Batch a, Batch b, Batch c, Batch d) { return xsimd::tanh(a * b + c) * xsimd::exp(-d * d); }
  static std::array<Batch, 4> gradients(Batch a, Batch b, Batch c, Batch d) {
    const Batch t = xsimd::tanh(a * b + c), e = xsimd::exp(-d * d), inner = (Batch(1) - t * t) * e;
    return {inner * b, inner * a, inner, Batch(-2) * d * t * e};
  }
};

struct Polynomial {
  static Batch value(Batch a, Batch b, Batch c, Batch d) { return (a * b + c) * (a - d) + b * d; }
  static std::array<Batch, 4> gradients(Batch a, Batch b, Batch c, Batch d) {
    const Batch p = a * b + c, q = a - d;
    return {p + b * q, a * q + d, q, b - p};
  }
};

using Arrays = std::array<std::vector<float>, 4>;

template <class Formula>
Program expression(std::size_t count) {
  auto inputs = std::make_shared<Arrays>(), outputs = std::make_shared<Arrays>();
  auto total = std::make_shared<double>();
  const std::size_t end = (count + width - 1) / width * width;  // arrays filled up to whole batches with zeros
  for (unsigned i = 0; i < 4; ++i) {
    (*inputs)[i] = numbers(count, i, -1.0f, 1.0f);
    (*inputs)[i].resize(end);
    (*outputs)[i].resize(end);
  }
  const auto run = [=] {
    const float* from[4];
    float* to[4];
    for (std::size_t i = 0; i < 4; ++i) {
      from[i] = (*inputs)[i].data();
      to[i] = (*outputs)[i].data();
    }
    const auto load = [&](std::size_t i, std::size_t n) { return Batch::load_unaligned(from[i] + n); };
    double sum = 0;
#pragma omp parallel reduction(+ : sum) if (count > 32768)
    {
      Batch part(0);
#pragma omp for schedule(static) nowait
      for (std::size_t n = 0; n < end; n += width)
        part += Formula::value(load(0, n), load(1, n), load(2, n), load(3, n));
      sum += static_cast<double>(xsimd::hadd(part));
    }
#pragma omp parallel for schedule(static) if (count > 32768)
    for (std::size_t n = 0; n < end; n += width) {
      const auto gradients = Formula::gradients(load(0, n), load(1, n), load(2, n), load(3, n));
      for (std::size_t i = 0; i < 4; ++i) gradients[i].store_unaligned(to[i] + n);
    }
    *total = sum;
  };
  return {run, [=] {
            Results results;
            for (const auto& values : *outputs) results.push_back(sample(values.data(), count));
            return results;
          }};
}

}  // namespace

Program wave(std::size_t count) { return expression<Wave>(count); }
Program polynomial(std::size_t count) { return expression<Polynomial>(count); }

}  // namespace benchmarks::by_hand
