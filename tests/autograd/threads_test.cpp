// How kernels share out work.

#include <doctest/doctest.h>
#include <autograd/kernels/gemm.hpp>
#include <autograd/kernels/parallel.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace xtape::kernels;

TEST_CASE("every piece of shared work runs once, and alone on its thread") {
  constexpr std::size_t pieces = 37;
  std::vector<int> runs(pieces);
  std::atomic<std::size_t> threads_within{0};
  run_pieces(pieces, [&](std::size_t piece) {
    ++runs[piece];
    threads_within = std::max<std::size_t>(threads_within, thread_count());
  });
  CHECK(runs == std::vector<int>(pieces, 1));
  CHECK(threads_within == 1);
}

TEST_CASE("the number of threads is as before when shared work has ended, also by an exception") {
  const std::size_t before = thread_count();
  const auto fails = [](std::size_t piece) {
    if (piece == 3) throw std::runtime_error("piece 3");
  };
  CHECK_THROWS_WITH_AS(run_pieces(8, fails), "piece 3", std::runtime_error);
  CHECK(thread_count() == before);
  {
    const Alone outer, inner;
    CHECK(thread_count() == 1);
  }
  CHECK(thread_count() == before);
  {
    const Alone unwanted(false);
    CHECK(thread_count() == before);
  }
}

TEST_CASE("a thread that works alone does not change the others") {
  const std::size_t before = thread_count();
  std::size_t within = 0;
  std::thread([&] {
    work_alone();
    within = thread_count();
  }).join();
  CHECK(within == 1);
  CHECK(thread_count() == before);
}

TEST_CASE("shared work within a piece, or of a thread that works alone, stays on its thread") {
  const Alone alone;
  const auto self = std::this_thread::get_id();
  std::size_t calls = 0;
  bool elsewhere = false;
  run_pieces(4, [&](std::size_t) {
    parallel_for(1000000, parallel_grain, [&](std::size_t, std::size_t) {
      ++calls;
      elsewhere = elsewhere || std::this_thread::get_id() != self;
    });
  });
  CHECK(calls == 4);
  CHECK_FALSE(elsewhere);
}

TEST_CASE("pieces of an array cover it once and end on multiples of 64") {
  for (const std::size_t count : std::vector<std::size_t>{0, 1, 63, 65536, 65537, 100000, 262144, 1000003}) {
    std::vector<std::atomic<int>> visits(count);
    std::atomic<bool> on_lines{true};
    parallel_for(count, parallel_grain, [&](std::size_t begin, std::size_t end) {
      if (begin % 64 != 0 || (end != count && end % 64 != 0)) on_lines = false;
      for (std::size_t i = begin; i < end; ++i) ++visits[i];
    });
    CHECK(on_lines);
    CHECK(std::all_of(visits.begin(), visits.end(), [](const auto& visit) { return visit == 1; }));
  }
}

namespace {

// Element (row, column) of a matrix as gemm() reads it.
template <class T>
T at(const Matrix<T>& matrix, std::size_t row, std::size_t column) {
  if (matrix.transposed) std::swap(row, column);
  return matrix.data[static_cast<std::ptrdiff_t>(row) * matrix.stride + static_cast<std::ptrdiff_t>(column)];
}

std::vector<double> some_values(std::size_t count) {
  std::vector<double> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = std::sin(static_cast<double>(i + 1) * 1.7);
  return values;
}

// The largest difference between gemm() and its definition, for rows of which a part is read and written, relative to
// the sum of the terms' magnitudes: rounding makes at most an epsilon of each term and each addition.
template <class T>
double largest_difference(std::size_t m, std::size_t n, std::size_t k, bool a_turned, bool b_turned, bool accumulate) {
  constexpr std::size_t beyond = 3;
  const auto stride = [](std::size_t rows, std::size_t columns, bool turned) {
    return (turned ? rows : columns) + beyond;
  };
  const std::size_t a_stride = stride(m, k, a_turned), b_stride = stride(k, n, b_turned), c_stride = n + beyond;
  const auto values = [](std::size_t count) {
    const std::vector<double> doubles = some_values(count);
    return std::vector<T>(doubles.begin(), doubles.end());
  };
  const std::vector<T> a_values = values((a_turned ? k : m) * a_stride),
                       b_values = values((b_turned ? n : k) * b_stride);
  const Matrix<T> a{a_values.data(), static_cast<std::ptrdiff_t>(a_stride), a_turned};
  const Matrix<T> b{b_values.data(), static_cast<std::ptrdiff_t>(b_stride), b_turned};
  std::vector<T> before = values(m * c_stride);
  for (std::size_t place = 0; place < m * c_stride && !accumulate; ++place) {
    if (place % c_stride < n) before[place] = std::numeric_limits<T>::quiet_NaN();  // is not read
  }
  std::vector<T> c = before;
  gemm<T>(m, n, k, a, b, c.data(), accumulate, c_stride);
  double largest = 0;
  for (std::size_t row = 0; row < m; ++row) {
    for (std::size_t column = 0; column < c_stride; ++column) {
      const std::size_t place = row * c_stride + column;
      double sum = accumulate || column >= n ? static_cast<double>(before[place]) : 0, magnitudes = std::abs(sum);
      for (std::size_t p = 0; column < n && p < k; ++p) {
        const double term = static_cast<double>(at(a, row, p)) * static_cast<double>(at(b, p, column));
        sum += term;
        magnitudes += std::abs(term);
      }
      const double difference = std::abs(sum - static_cast<double>(c[place]));
      if (std::isnan(difference)) return difference;
      largest = std::max(largest, difference == 0 ? 0 : difference / magnitudes);
    }
  }
  return largest;
}

}  // namespace

TEST_CASE("gemm is the sum of its definition at awkward sizes, whatever part each thread computes") {
  struct Sizes {
    std::size_t m, n, k;
  };
  for (const Sizes size : {Sizes{1, 1, 1},
                           {1, 300, 70},
                           {300, 1, 70},
                           {5, 7, 0},
                           {6, 64, 33},
                           {7, 65, 300},
                           {20, 100, 40},
                           {97, 130, 101},
                           {13, 259, 513},
                           {200, 33, 270}}) {
    for (const bool a_turned : {false, true}) {
      for (const bool b_turned : {false, true}) {
        for (const bool accumulate : {false, true}) {
          INFO("m ", size.m, " n ", size.n, " k ", size.k, " turned ", a_turned, b_turned, " adds ", accumulate);
          const double terms = static_cast<double>(size.k) + 1;
          constexpr double of_float = std::numeric_limits<float>::epsilon(),
                           of_double = std::numeric_limits<double>::epsilon();
          CHECK(largest_difference<float>(size.m, size.n, size.k, a_turned, b_turned, accumulate) <= of_float * terms);
          CHECK(largest_difference<double>(size.m, size.n, size.k, a_turned, b_turned, accumulate) <=
                of_double * terms);
        }
      }
    }
  }
}

TEST_CASE("a bias is added to every row of a product, whatever part each thread computes") {
  struct Sizes {
    std::size_t m, n, k;
  };
  for (const Sizes size : {Sizes{3, 5, 0}, {1, 300, 70}, {97, 130, 101}, {13, 259, 513}, {200, 33, 270}}) {
    INFO("m ", size.m, " n ", size.n, " k ", size.k);
    const std::vector<double> a = some_values(size.m * size.k), b = some_values(size.n * size.k),
                              bias = some_values(size.n);
    const Matrix<double> left{a.data(), static_cast<std::ptrdiff_t>(size.k), false};
    const Matrix<double> right{b.data(), static_cast<std::ptrdiff_t>(size.k), true};
    std::vector<double> c(size.m * size.n, std::numeric_limits<double>::quiet_NaN()), product(c);
    gemm<double>(size.m, size.n, size.k, left, right, product.data());
    gemm_with_bias<double>(size.m, size.n, size.k, left, right, bias.data(), c.data());
    std::size_t right_ones = 0;
    for (std::size_t i = 0; i < c.size(); ++i) right_ones += std::abs(c[i] - (product[i] + bias[i % size.n])) <= 1e-12;
    CHECK(right_ones == c.size());
  }
}
