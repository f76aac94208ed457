// When each way is right: few examples, many examples, and examples that do not fit the model.
// tolerance: 0.002, because the fits end where a rounding decides single test points
#include <plot/plot.hpp>
#include <tutorials/ch11_generative_models/gaussian.hpp>
#include <tutorials/common/tutorial.hpp>

#include <cstdio>
#include <vector>

using namespace xtape;

namespace {

// Both models here are a line (a plane, in more dimensions): class 1 where w x + b > 0.
struct Line {
  Tensor w;
  double b = 0.0;
  Tensor operator()(const Tensor& x) const { return matmul(x, w) + b > 0.0; }
};

struct Points {
  Tensor x, t;  // (N, D) and (N), both float64
};

// n points of each class: standard normal clouds at -centre and +centre.
Points draw_points(std::size_t n, const Tensor& centre) {
  const Tensor x = randn({2 * n, centre.size()}, {.dtype = float64});
  const Tensor t = concatenate({zeros({n}, {.dtype = float64}), ones({n}, {.dtype = float64})});
  return {x + expand_dims(2.0 * t - 1.0, 1) * centre, t};
}

// Logistic regression, with a little weight decay: on a few points the best line would be infinitely steep.
Line fit_logistic(const Points& points) {
  const std::size_t d = points.x.shape(1);
  const Tensor w = zeros({d}, {.dtype = float64, .requires_grad = true});
  const Tensor b = zeros({}, {.dtype = float64, .requires_grad = true});
  optim::LBFGS rule({w, b}, {.max_iter = 100, .line_search_fn = optim::LineSearch::strong_wolfe});
  rule.step([&] {
    rule.zero_grad();
    const Tensor loss = nn::binary_cross_entropy_with_logits(matmul(points.x, w) + b, points.t) + 1e-4 * norm_sq(w);
    loss.backward();
    return loss;
  });
  return {w.detach(), b.item()};
}

// Two Gaussians of equal spread in all directions: only the means are estimated, and the line lies half-way.
Line fit_means(const Points& points) {
  const Tensor t = expand_dims(points.t, 1);
  const Tensor mean1 = sum(t * points.x, {0}) / sum(t), mean0 = sum((1.0 - t) * points.x, {0}) / sum(1.0 - t);
  return {mean1 - mean0, 0.5 * (norm_sq(mean0) - norm_sq(mean1)).item()};
}

double accuracy(const Line& line, const Points& points) { return mean(equal(line(points.x), points.t > 0.5)).item(); }

void compare_sizes(const tutorial::Options& options) {
  const Tensor centre = full({10}, 0.35, {.dtype = float64});
  manual_seed(3);
  const Points test = draw_points(5000, centre);
  const std::vector<std::size_t> sizes{2, 4, 8, 16, 32, 64, 128, 256, 512};
  std::vector<double> direct, generative;
  std::printf("10 dimensions, mean accuracy of 20 tries\nper class   logistic   generative\n");
  for (const std::size_t n : sizes) {
    double line = 0.0, means = 0.0;
    for (int attempt = 0; attempt < 20; ++attempt) {
      const Points train = draw_points(n, centre);
      line += accuracy(fit_logistic(train), test) / 20.0;
      means += accuracy(fit_means(train), test) / 20.0;
    }
    std::printf("%9zu    %.4f     %.4f\n", n, line, means);
    direct.push_back(line);
    generative.push_back(means);
  }
  plot::Figure figure;
  figure.axes()
      .line(sizes, generative, {.label = "generative", .marker = "o"})
      .line(sizes, direct, {.label = "logistic", .line = "--", .marker = "s"})
      .log_x()
      .x_label("training examples of each class")
      .y_label("test accuracy")
      .legend("bottom right");
  figure.save(options.figure("few_examples"));
}

void add_line(plot::Axes& axes, const Line& line, const plot::Style& style) {
  const Tensor up = xt::xarray<double>{-4, 4};  // w0 x0 + w1 x1 + b = 0 solved for x0
  axes.line(-(line.w(1) * up + line.b) / line.w(0), up, style);
}

void compare_outliers(const tutorial::Options& options) {
  manual_seed(5);
  const Tensor centre = xt::xarray<double>{1.5, 0.0};
  const Points clean = draw_points(50, centre), test = draw_points(5000, centre);
  // Ten more of class 1, far out on its own side: no reason to doubt anything.
  const Tensor far = randn({10, 2}, {.dtype = float64}) + Tensor(xt::xarray<double>{14.0, 2.0});
  const Points outliers{concatenate({clean.x, far}), concatenate({clean.t, ones({10}, {.dtype = float64})})};
  const Line lines[] = {fit_logistic(outliers), fit_means(outliers)};
  std::printf("\n                  logistic   generative\n");
  std::printf("clean              %.4f     %.4f\n", accuracy(fit_logistic(clean), test),
              accuracy(fit_means(clean), test));
  std::printf("with outliers      %.4f     %.4f\n", accuracy(lines[0], test), accuracy(lines[1], test));
  plot::Figure figure({.width = 760, .height = 380});
  figure.axes().scatter_classes(outliers.x, outliers.t, {"class 0", "class 1"});
  add_line(figure.axes(), lines[1], {.label = "generative", .color = "black"});
  add_line(figure.axes(), lines[0], {.label = "logistic", .color = "black", .line = "--"});
  figure.axes().x_label("x1").y_label("x2").y_range(-4, 5).legend("outside");
  figure.save(options.figure("outliers"));
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  compare_sizes(options);
  compare_outliers(options);
}
