// The steps of DeZero, the tests of micrograd and the numbers of its lecture, computed twice by the same lines of code:
// with the engine of this chapter, and with the library.
#include "engine.hpp"

#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cmath>
#include <iomanip>
#include <iostream>
#include <numbers>
#include <sstream>

using Numbers = std::vector<double>;
using Array = xt::xarray<double>;

struct Report {
  struct Row {
    std::string step, what;
    Numbers values;
  };
  std::vector<Row> rows;

  void add(const std::string& step, const std::string& what, const Numbers& values) {
    rows.push_back({step, what, values});
  }
};

// 100 points around the line t = 2 x + 5, from NumPy's seed 0: a row has x and t.
Array random_points() {
  xtape::random::Numpy numpy(0);
  const std::vector<double> x = numpy.rand(100), noise = numpy.rand(100);
  Array points = xt::zeros<double>({100, 2});
  for (std::size_t i = 0; i < 100; ++i) {
    points(i, 0) = x[i];
    points(i, 1) = 5.0 + 2.0 * x[i] + noise[i];
  }
  return points;
}

// Matrices for layers of these widths, uniform in [-1, 1).
std::vector<Array> random_weights(const std::vector<std::size_t>& widths) {
  xtape::random::Numpy numpy(1337);
  std::vector<Array> result;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    Array& weights = result.emplace_back(xt::zeros<double>({widths[i], widths[i + 1]}));
    for (double& weight : weights) weight = numpy.uniform(-1.0, 1.0);
  }
  return result;
}

namespace with_this_engine {
using namespace mini;
using Array = ::Array;
#include "steps.hpp"
}  // namespace with_this_engine

namespace with_the_library {
using namespace xtape;
#include "steps.hpp"
}  // namespace with_the_library

bool agree(const Numbers& a, const Numbers& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::abs(a[i] - b[i]) > 1e-11 * std::max(1.0, std::abs(a[i]))) return false;
  }
  return a.size() == b.size();
}

void print(const Report::Row& row, bool same) {
  std::cout << std::setw(4) << row.step << "  " << std::left << std::setw(36) << row.what << std::right;
  std::cout << (same ? "  same  " : "  OTHER ");
  for (std::size_t i = 0; i < row.values.size(); ++i) {
    if (i > 0 && i % 3 == 0) std::cout << '\n' << std::string(50, ' ');
    std::cout << std::setw(19) << std::setprecision(14) << row.values[i];
  }
  std::cout << '\n';
}

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const Report ours = with_this_engine::all_steps(), library = with_the_library::all_steps();
  std::cout << "step  what                                 library, values of this engine\n";
  std::size_t same = 0;
  for (std::size_t i = 0; i < ours.rows.size(); ++i) {
    const bool both = agree(ours.rows[i].values, library.rows[i].values);
    print(ours.rows[i], both);
    same += both;
  }
  std::cout << same << " of " << ours.rows.size() << " lines are the same with both engines\n";
}
