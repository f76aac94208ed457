// Numbers that are no quantities: the hour of the day, which begins anew at midnight, and the number of a town, which
// says nothing about the town.
#include <xtape.hpp>

#include <cmath>
#include <cstdio>
#include <numbers>

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>

using namespace xtape;

namespace {

constexpr double turn = 2.0 * std::numbers::pi;

Tensor as_number(const Tensor& hours) { return hours / 24.0; }
// The place of the hour hand of a 24-hour clock: midnight from both sides is the same place.
Tensor on_the_clock(const Tensor& hours) {
  return concatenate({sin(turn / 24.0 * hours), cos(turn / 24.0 * hours)}, 1);
}

Tensor temperature(const Tensor& hours) { return 15.0 + 6.0 * cos(turn / 24.0 * (hours - 22.0)); }

// A model trained on all examples at once to predict numbers.
nn::Sequential fit(nn::Sequential model, const Tensor& x, const Tensor& t, int steps) {
  model.to(float64);
  optim::Adam rule(model.parameters(), {.lr = 0.02});
  for (int step = 0; step < steps; ++step) {
    rule.zero_grad();
    nn::mse_loss(model(x), t).backward();
    rule.step();
  }
  return model;
}

nn::Sequential small_network(std::size_t inputs) {
  manual_seed(1);
  return nn::Sequential(nn::Linear(inputs, 8), nn::Tanh(), nn::Linear(8, 1));
}
nn::Sequential line(std::size_t inputs) {
  nn::Sequential model;
  return model.append(nn::Linear(inputs, 1));
}

void hours(const tutorial::Options& options) {
  random::Generator generator(3);
  const Tensor x = 4.0 + 17.0 * rand({40, 1}, {.dtype = float64}, generator);  // nobody measures at night
  const Tensor t = temperature(x) - 15.0 + 0.6 * randn({40, 1}, {.dtype = float64}, generator);
  const Tensor every = linspace(0.0, 24.0, 145, {.dtype = float64}), column = expand_dims(every, 1);
  nn::Sequential by_number = fit(small_network(1), as_number(x), t, 2000);
  nn::Sequential by_clock = fit(small_network(2), on_the_clock(x), t, 2000);
  nn::Sequential number_line = fit(line(1), as_number(x), t, 2000), clock_line = fit(line(2), on_the_clock(x), t, 2000);

  const NoGrad guard;
  const Tensor truth = temperature(column);
  const Tensor number = by_number(as_number(column)) + 15.0, clock = by_clock(on_the_clock(column)) + 15.0;
  const auto report = [&](const char* name, const Tensor& y) {
    const double error = std::sqrt(mean(square(y - truth)).item());
    std::printf("%-22s  %.2f   %8.2f %8.2f   %.3f\n", name, error, y.item(-1), y.item(0), nn::r2_score(y, truth));
  };
  std::printf("temperature by         error      24:00    00:00     r2\n");
  report("hour / 24, linear", number_line(as_number(column)) + 15.0);
  report("sin and cos, linear", clock_line(on_the_clock(column)) + 15.0);
  report("hour / 24, network", number);
  report("sin and cos, network", clock);
  report("truth", truth);

  plot::Figure figure;
  figure.axes().scatter(x, t + 15.0, plot::Style{.label = "measured", .color = "gray"});
  figure.axes().line(every, truth, {.label = "truth", .color = "black", .line = ":"});
  figure.axes().line(every, number, {.label = "network, hour / 24", .line = "--"});
  figure.axes().line(every, clock, {.label = "network, sin and cos"});
  figure.axes().x_label("hour").y_label("temperature").x_range(0.0, 24.0).x_ticks({0, 6, 12, 18, 24}).legend("outside");
  figure.save(options.figure("hours"));
}

void towns() {
  const Tensor rents = xt::xarray<double>{9.0, 14.0, 6.0, 18.0, 7.0, 12.0};  // of six towns, in thousands a year
  random::Generator generator(1);
  const Tensor town = randint(0, 6, {200}, generator);
  const Tensor t = expand_dims(take(rents, town) + 0.5 * randn({200}, {.dtype = float64}, generator), 1);
  const Tensor number = expand_dims(astype(town, float64), 1), rows = one_hot(town, 6, float64);
  manual_seed(1);
  nn::Sequential by_number = fit(line(1), number, t, 3000), by_row = fit(line(6), rows, t, 3000);
  nn::Sequential network = fit(small_network(1), number / 5.0, t, 3000);

  const NoGrad guard;
  std::printf("\nrent by                r2\n");
  std::printf("number, linear      %.3f\n", nn::r2_score(by_number(number), t));
  std::printf("number, network     %.3f\n", nn::r2_score(network(number / 5.0), t));
  std::printf("one-hot, linear     %.3f\n", nn::r2_score(by_row(rows), t));
  const Tensor learned = by_row(eye(6, {.dtype = float64}));
  std::printf("\ntown   rent  learned\n");
  for (int i = 0; i < 6; ++i) std::printf("%4d  %5.1f  %7.2f\n", i, rents.item(i), learned.item(i));
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  hours(options);
  towns();
}
