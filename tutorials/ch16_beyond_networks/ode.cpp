// The parameters of a differential equation from measurements: a Runge-Kutta solver is a long expression, and the tape
// goes back through all of it.
#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <iomanip>
#include <iostream>

using namespace xtape;

// Prey and predators (Lotka and Volterra): prey' = a prey - b prey pred, pred' = d prey pred - c pred.
struct State {
  Tensor prey, predators;
};

State slope(const State& s, const Tensor& rates) {
  const Tensor meetings = s.prey * s.predators;
  return {rates(0) * s.prey - rates(1) * meetings, rates(3) * meetings - rates(2) * s.predators};
}

State moved(const State& s, const State& slope, double dt) {
  return {s.prey + dt * slope.prey, s.predators + dt * slope.predators};
}

// One step of the classical Runge-Kutta method.
State runge_kutta(const State& s, const Tensor& rates, double dt) {
  const State k1 = slope(s, rates), k2 = slope(moved(s, k1, 0.5 * dt), rates);
  const State k3 = slope(moved(s, k2, 0.5 * dt), rates), k4 = slope(moved(s, k3, dt), rates);
  return {s.prey + dt / 6.0 * (k1.prey + 2.0 * k2.prey + 2.0 * k3.prey + k4.prey),
          s.predators + dt / 6.0 * (k1.predators + 2.0 * k2.predators + 2.0 * k3.predators + k4.predators)};
}

constexpr double dt = 0.1;
constexpr int steps = 200, every = 5;

// Prey and predators (2, N) at every fifth step.
Tensor solve_for(const Tensor& rates, int save_every) {
  State s = {10.0, 5.0};
  Tensors prey, predators;
  for (int i = 1; i <= steps; ++i) {
    s = runge_kutta(s, rates, dt);
    if (i % save_every == 0) prey.push_back(s.prey), predators.push_back(s.predators);
  }
  return stack({stack(prey), stack(predators)});
}

Tensor noisy(const Tensor& values, double share) {
  random::Numpy numpy(3);
  const std::vector<double> noise = numpy.randn(values.size());
  return values * exp(share * reshape(Tensor(xt::adapt(noise)), values.shape()));
}

void print(const std::string& name, const Tensor& rates, double loss) {
  std::cout << std::left << std::setw(14) << name << std::right << std::fixed << std::setprecision(4);
  for (std::ptrdiff_t i = 0; i < 4; ++i) std::cout << std::setw(9) << rates.item(i);
  std::cout << std::setw(11) << loss << '\n';
}

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const Tensor truth = xt::xarray<double>{1.1, 0.4, 0.4, 0.1};
  const Tensor measured = noisy(solve_for(truth, every), 0.1);
  // Numbers that differ by factors are compared by their logarithms; the rates stay positive as exponentials.
  const auto loss_of = [&](const Tensor& logarithms) {
    return mean(square(log(solve_for(exp(logarithms), every)) - log(measured)));
  };

  const Tensor start = log(Tensor(xt::xarray<double>{0.9, 0.5, 0.5, 0.08}));
  std::cout << "                      a        b        c        d       loss\n";
  print("true", truth, loss_of(log(truth)).item());
  print("first guess", exp(start), loss_of(start).item());

  const Tensor by_descent = start.clone().requires_grad_();
  optim::SGD descent({by_descent}, {.lr = 0.005});
  std::vector<double> descent_losses, lbfgs_losses;
  for (int step = 0; step < 60; ++step) {
    descent.zero_grad();
    const Tensor loss = loss_of(by_descent);
    descent_losses.push_back(loss.item());
    loss.backward();
    descent.step();
  }
  print("descent, 60", exp(by_descent.detach()), loss_of(by_descent).item());

  const Tensor logarithms = start.clone().requires_grad_();
  optim::LBFGS rule({logarithms}, {.max_iter = 60, .line_search_fn = optim::LineSearch::strong_wolfe});
  rule.step([&] {
    rule.zero_grad();
    const Tensor loss = loss_of(logarithms);
    loss.backward();
    lbfgs_losses.push_back(loss.item());
    return loss;
  });
  print("LBFGS", exp(logarithms.detach()), loss_of(logarithms).item());

  // How sure? The curvature of the loss at the minimum: the inverse of half the Hessian, times the noise, over N.
  const Tensor best = logarithms.detach();
  const double noise =
      loss_of(best).item() * static_cast<double>(measured.size()) / static_cast<double>(measured.size() - 4);
  const Tensor covariance = inverse(0.5 * hessian(loss_of, best)) * (noise / static_cast<double>(measured.size()));
  std::cout << "+- in per cent";
  for (std::ptrdiff_t i = 0; i < 4; ++i)
    std::cout << std::setw(9) << std::setprecision(2) << 100.0 * std::sqrt(covariance(i, i).item());
  std::cout << '\n';

  plot::Figure figure({.columns = 2, .width = 1100, .height = 420});
  const Tensor times = linspace(every * dt, steps * dt, steps / every, {.dtype = float64});
  const Tensor all_times = linspace(dt, steps * dt, steps, {.dtype = float64});
  const Tensor before = solve_for(exp(start), 1), after = solve_for(exp(best), 1);
  figure[0].line(times, view(measured, {0}), {.label = "prey", .color = "#0072b2", .line = "", .marker = "o"});
  figure[0].line(times, view(measured, {1}), {.label = "predators", .color = "#d55e00", .line = "", .marker = "^"});
  for (int i : {0, 1}) {
    const std::string color = i == 0 ? "#0072b2" : "#d55e00";
    figure[0].line(all_times, view(before, {i}), {.label = i == 0 ? "first guess" : "", .color = color, .line = ":"});
    figure[0].line(all_times, view(after, {i}), {.label = i == 0 ? "fitted" : "", .color = color});
  }
  figure[0].x_label("time").y_label("animals").legend("below");
  figure[1].line(descent_losses, {.label = "gradient descent"}).line(lbfgs_losses, {.label = "LBFGS"});
  figure[1].log_y().x_label("evaluations of the loss").y_label("loss");
  figure.save(options.figure("ode"));
}
