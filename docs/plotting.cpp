// The code of plotting.md: tests/page.sh compares them.
#include <plot/plot.hpp>
#include <xtape.hpp>

#include <iostream>

using namespace xtape;

int main() {
  // --- line
  Tensor x = linspace(-6.0, 6.0, 121);
  plot::Figure curves;
  curves.axes()
      .line(x, sigmoid(x), {.label = "sigmoid"})
      .line(x, tanh(x), {.label = "tanh", .line = "--"})
      .vertical_line(0.0)
      .x_label("x")
      .title("Two activations");
  curves.save("out/curves.svg");  // or .png, or .gp: gnuplot's commands
  // --- panels
  plot::Figure panels({.rows = 1, .columns = 3, .width = 1000, .height = 320});
  Tensor grid = linspace(-3.0, 3.0, 61);
  Tensor height = square(expand_dims(grid, 0)) + 3.0 * square(expand_dims(grid, 1));
  panels.axes(0, 0).contour(grid, grid, height).title("contour");
  panels.axes(0, 1).histogram(random::Numpy(0).randn(2000), {.bins = 40}).title("histogram");
  panels.axes(0, 2).heat_map(eye(3) + 0.5, {.x_names = {"a", "b", "c"}, .numbers = true}).title("heat map");
  panels.save("out/panels.svg");
  // --- regions
  data::Dataset moons = data::two_moons({.points = 100, .seed = 1});
  plot::Figure regions;
  auto upper = [](const Tensor& p) { return view(p, {xt::all(), 1}) < Tensor(0.25); };
  decision_regions(regions.axes(), plot::Plane::around(moons.inputs()), upper)
      .scatter_classes(moons.inputs(), moons.targets(), {"upper", "lower"});
  regions.save("out/regions.svg");
  // --- images
  auto [train, test] = data::digits();
  Tensor pictures = reshape(test.inputs(), {360, 8, 8});
  plot::image_grid(view(pictures, {xt::range(0, 16)}), {.columns = 8}).save("out/digits.svg");
  // ---
  std::cout << "curves.svg panels.svg regions.svg digits.svg\n";
}
