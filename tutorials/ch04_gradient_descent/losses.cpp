// How wrong is a network? Half the squared error and the cross-entropy: their values, their slopes, and log(0).
#include <xtape.hpp>

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>

#include <cstdio>

using namespace xtape;

namespace {

Tensor half_squared_error(const Tensor& y, const Tensor& t) { return 0.5 * sum(square(y - t)); }

// For targets that are one-hot: 1 at the right class, 0 elsewhere.
Tensor cross_entropy_of_one_hot(const Tensor& y, const Tensor& t) {
  const double guard = 1e-7;  // log(0) would be -infinity
  return -sum(t * log(y + guard)) / static_cast<double>(y.shape(0));
}

// For targets that are the numbers of the classes: the same, without the products with 0.
Tensor cross_entropy_of_labels(const Tensor& y, const Tensor& labels) {
  return -mean(log(take_along_axis(y, expand_dims(labels, 1), 1) + 1e-7));
}

void book_values() {
  const Tensor says_two = xt::xarray<double>{{0.1, 0.05, 0.6, 0.0, 0.05, 0.1, 0.0, 0.1, 0.0, 0.0}};
  const Tensor says_seven = xt::xarray<double>{{0.1, 0.05, 0.1, 0.0, 0.05, 0.1, 0.0, 0.6, 0.0, 0.0}};
  const Tensor label = xt::xarray<std::int64_t>{2};
  const Tensor t = one_hot(label, 10, float64);
  std::printf("the picture shows a 2           it says 2     it says 7\n");
  std::printf("half the squared error       %12.4f  %12.4f\n", half_squared_error(says_two, t).item(),
              half_squared_error(says_seven, t).item());
  std::printf("cross-entropy, one-hot       %12.9f  %12.9f\n", cross_entropy_of_one_hot(says_two, t).item(),
              cross_entropy_of_one_hot(says_seven, t).item());
  std::printf("cross-entropy, class number  %12.9f  %12.9f\n", cross_entropy_of_labels(says_two, label).item(),
              cross_entropy_of_labels(says_seven, label).item());
}

void why_square_and_half() {
  const Tensor t = xt::xarray<double>{1.0, 2.0};
  const Tensor y = Tensor(xt::xarray<double>{4.0, -1.0}).requires_grad_();
  const Tensor loss = half_squared_error(y, t);
  loss.backward();
  std::printf("\nerrors y - t                      %5.1f %5.1f\n", y.item(0) - t.item(0), y.item(1) - t.item(1));
  std::printf("sum of the errors                 %5.1f\n", sum(y - t).item());
  std::printf("half the sum of their squares     %5.1f\n", loss.item());
  std::printf("its gradient with respect to y    %5.1f %5.1f\n", y.grad().item(0), y.grad().item(1));
}

void log_of_zero() {
  const Tensor none = Tensor(0.0).requires_grad_(), guarded = Tensor(0.0).requires_grad_();
  const Tensor loss = -log(none), loss_with_guard = -log(guarded + 1e-7);
  loss.backward();
  loss_with_guard.backward();
  std::printf("\nthe right class got probability 0\n");
  std::printf("-log(y)           %10.4f   slope %g\n", loss.item(), none.grad().item());
  std::printf("-log(y + 1e-7)    %10.4f   slope %g\n", loss_with_guard.item(), guarded.grad().item());

  const Tensor scores = Tensor(xt::xarray<double>{{0.0, 800.0}}).requires_grad_();
  const Tensor from_scores = nn::cross_entropy(scores, xt::xarray<std::int64_t>{0});
  from_scores.backward();
  std::printf("from the scores   %10.4f   slopes %g %g\n", from_scores.item(), scores.grad().item(0),
              scores.grad().item(1));
}

void draw(const tutorial::Options& options) {
  plot::Figure figure({.columns = 2});
  const Tensor error = linspace(-3.0, 3.0, 121, {.dtype = float64});
  figure[0].line(error, 0.5 * square(error), {.label = "half the square"});
  figure[0].line(error, error, {.label = "its slope: the error", .line = "--"});
  figure[0].line(error, abs(error), {.label = "absolute value", .color = "gray", .line = ":"});
  figure[0].title("errors of numbers").x_label("error y - t").legend("bottom right");

  const Tensor y = linspace(0.005, 1.0, 150, {.dtype = float64});
  figure[1].line(y, -log(y), {.label = "cross-entropy, -log y"});
  figure[1].line(y, 0.5 * square(y - 1.0), {.label = "half the squared error", .line = "--"});
  figure[1].title("what the right class got").x_label("its probability y").y_label("loss").legend("top right");
  figure.save(options.figure("losses"));
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  book_values();
  why_square_and_half();
  log_of_zero();
  draw(options);
}
