// Perceptrons as logic gates: AND, NAND and OR by one unit, XOR by two layers, and which gates no single unit can be.
#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cstdio>
#include <string>
#include <vector>

using namespace xtape;

namespace {

// Fires (1) where the weighted sum of the inputs, plus the bias, is above 0. x: (N, 2), the result: (N).
Tensor unit(const Tensor& x, double w1, double w2, double bias) {
  const Tensor weights = xt::xarray<double>{w1, w2};
  return step(matmul(x, weights) + bias);
}

Tensor and_gate(const Tensor& x) { return unit(x, 0.5, 0.5, -0.7); }
Tensor nand_gate(const Tensor& x) { return unit(x, -0.5, -0.5, 0.7); }
Tensor or_gate(const Tensor& x) { return unit(x, 0.5, 0.5, -0.2); }

// No weights make one unit do this: three units in two layers.
Tensor xor_gate(const Tensor& x) {
  const Tensor hidden = stack({nand_gate(x), or_gate(x)}, 1);  // (N, 2): what the second layer sees
  return and_gate(hidden);
}

const Tensor all_inputs = xt::xarray<double>{{0, 0}, {1, 0}, {0, 1}, {1, 1}};

void print_tables() {
  std::printf("x1 x2   AND  NAND  OR  XOR\n");
  const Tensor results =
      stack({and_gate(all_inputs), nand_gate(all_inputs), or_gate(all_inputs), xor_gate(all_inputs)});
  for (int i = 0; i < 4; ++i) {
    std::printf("%2.0f %2.0f   %3.0f  %4.0f  %2.0f  %3.0f\n", all_inputs(i, 0).item(), all_inputs(i, 1).item(),
                results(0, i).item(), results(1, i).item(), results(2, i).item(), results(3, i).item());
  }
}

// Tries a grid of weights (in tenths) and biases (in twentieths), and counts how often one unit is each of the 16 gates
// that two inputs can have.
void search_units() {
  std::vector<int> found(16);
  for (int w1 = -10; w1 <= 10; ++w1) {
    for (int w2 = -10; w2 <= 10; ++w2) {
      for (int bias = -25; bias <= 25; bias += 2) {  // odd, so that no sum below is 0
        const int sums[] = {bias, bias + 2 * w1, bias + 2 * w2, bias + 2 * w1 + 2 * w2};
        int gate = 0;
        for (int i = 0; i < 4; ++i) gate = 2 * gate + (sums[i] > 0);
        ++found[static_cast<std::size_t>(gate)];
      }
    }
  }
  std::printf("\noutputs for 00 10 01 11, and how many of the units tried give them\n");
  for (int gate = 0; gate < 16; ++gate) {
    std::printf("%d %d %d %d %6d%s", gate >> 3 & 1, gate >> 2 & 1, gate >> 1 & 1, gate & 1,
                found[static_cast<std::size_t>(gate)], gate % 4 == 3 ? "\n" : "   ");
  }
}

void draw_gates(const tutorial::Options& options) {
  const plot::Plane plane{-0.5, 1.5, -0.5, 1.5};
  const auto draw = [&](plot::Axes& axes, Tensor (*gate)(const Tensor&), const std::string& name) {
    plot::decision_regions(axes, plane, gate)
        .scatter_classes(all_inputs, gate(all_inputs), {"0", "1"})
        .title(name)
        .x_label("x1")
        .y_label("x2")
        .equal()
        .legend("outside");
  };
  plot::Figure figure({.rows = 2, .columns = 2, .width = 900, .height = 720});
  draw(figure[0], and_gate, "AND");
  draw(figure[1], nand_gate, "NAND");
  draw(figure[2], or_gate, "OR");
  draw(figure[3], xor_gate, "XOR = AND(NAND, OR)");
  figure.save(options.figure("gates"));
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  print_tables();
  search_units();
  draw_gates(options);
}
