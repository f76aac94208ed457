// First plots: a sine, two lines with a legend, histograms of random numbers, and pictures as arrays of numbers.
#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cstdio>

using namespace xtape;

namespace {

void draw_lines(const tutorial::Options& options) {
  const Tensor x = arange(0, 6, 0.1, {.dtype = float64});
  std::printf("x has %zu values from %.1f to %.1f; sin(x) lies in [%.4f, %.4f]\n", x.size(), x.item(0), x.item(-1),
              amin(sin(x)).item(), amax(sin(x)).item());

  plot::Figure sine;
  sine.axes().line(x, sin(x)).x_label("x").y_label("sin x");
  sine.save(options.figure("sin"));

  plot::Figure both;
  both.axes()
      .line(x, sin(x), {.label = "sin"})
      .line(x, cos(x), {.label = "cos", .line = "--"})
      .x_label("x")
      .y_label("y")
      .title("sin and cos");
  both.save(options.figure("sin_cos"));
}

void draw_histograms(const tutorial::Options& options) {
  random::Numpy numpy(0);
  const Tensor uniform = xt::adapt(numpy.rand(10000)), normal = xt::adapt(numpy.randn(10000));
  for (const Tensor& draws : {uniform, normal}) {
    std::printf("10000 draws: mean %8.5f, standard deviation %.5f\n", mean(draws).item(), stddev(draws).item());
  }
  plot::Figure figure({.rows = 1, .columns = 2});
  figure[0].histogram(uniform, {.bins = 20, .low = 0, .high = 1}).title("rand: uniform").x_label("value");
  figure[1].histogram(normal, {.bins = 40, .low = -4, .high = 4}).title("randn: normal").x_label("value");
  figure.save(options.figure("histograms"));
}

// A ball under a lamp, in front of an evening sky: three arrays (H, W) of red, green and blue from 0 to 1.
Tensor paint_ball(std::size_t height, std::size_t width) {
  const Tensor x = linspace(-1.6, 1.6, width, {.dtype = float64});                   // (W)
  const Tensor y = expand_dims(linspace(1.2, -1.2, height, {.dtype = float64}), 1);  // (H, 1): broadcasts
  const Tensor depth = sqrt(maximum(1.0 - square(x) - square(y), 0.0));              // of the ball's surface
  const Tensor is_ball = square(x) + square(y) < 1.0;
  const Tensor light = 0.15 + 0.85 * maximum((-0.5 * x + 0.6 * y + 0.62 * depth), 0.0);  // normal times direction
  const Tensor shine = pow(clip(-0.33 * x + 0.4 * y + 0.86 * depth, 0.0, 1.0), 40.0);    // where the lamp mirrors
  const Tensor sky = broadcast_to(0.5 + 0.4 * y, light.shape());                         // brighter towards the top
  const Tensor red = where(is_ball, 0.9 * light + 0.8 * shine, 0.95 - 0.4 * sky);
  const Tensor green = where(is_ball, 0.45 * light + 0.8 * shine, 0.55 + 0.1 * sky);
  const Tensor blue = where(is_ball, 0.1 * light + 0.8 * shine, 0.35 + 0.6 * sky);
  return clip(stack({red, green, blue}), 0.0, 1.0);
}

void show_pictures(const tutorial::Options& options) {
  const Tensor ball = paint_ball(90, 120);
  std::printf("the picture has the shape (%zu, %zu, %zu); the pixel (20, 40) is (%.3f, %.3f, %.3f)\n", ball.shape(0),
              ball.shape(1), ball.shape(2), ball(0, 20, 40).item(), ball(1, 20, 40).item(), ball(2, 20, 40).item());
  const Tensor gray =
      0.299 * view(ball, {0}) + 0.587 * view(ball, {1}) + 0.114 * view(ball, {2});  // as bright as the colours look
  const Tensor upside_down = view(ball, {xt::all(), xt::range(xt::placeholders::_, xt::placeholders::_, -1)});
  plot::Figure figure({.rows = 1, .columns = 3, .width = 900, .height = 270});
  figure[0].image(ball).title("(3, 90, 120)");
  figure[1].image(gray).title("gray: (90, 120)");
  figure[2].image(upside_down).title("rows backwards: a view");
  figure.save(options.figure("pictures"));
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  draw_lines(options);
  draw_histograms(options);
  show_pictures(options);
}
