// What an option on a share is worth, how that depends on everything, and which volatility a price implies.
#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cmath>
#include <iomanip>
#include <iostream>
#include <numbers>

using namespace xtape;

// Black and Scholes' price of a call: share price s, strike k, years t, interest r, volatility v. One formula, for
// tensors and for the scalars of fuse().
const auto call_price = [](const auto& s, const auto& k, const auto& t, const auto& r, const auto& v) {
  const auto below = [](const auto& x) { return 0.5 * erfc(x * -std::numbers::sqrt2 / 2.0); };  // normal distribution
  const auto d1 = (log(s / k) + (r + 0.5 * v * v) * t) / (v * sqrt(t));
  const auto d2 = d1 - v * sqrt(t);
  return s * below(d1) - k * exp(-r * t) * below(d2);
};

double distribution(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }
double density(double x) { return std::exp(-0.5 * x * x) / std::sqrt(2.0 * std::numbers::pi); }

void print(const std::string& name, double tape, double closed_form) {
  std::cout << "  " << std::left << std::setw(24) << name << std::right << std::setprecision(10) << std::setw(15)
            << tape << std::setw(15) << closed_form << '\n';
}

void sensitivities() {
  const double s = 42.0, k = 40.0, t = 0.5, r = 0.1, v = 0.2;
  Tensors x;
  for (const double value : {s, k, t, r, v}) x.push_back(Tensor(value).requires_grad_());
  const Tensor price = call_price(x[0], x[1], x[2], x[3], x[4]);
  price.backward({.retain_graph = true});

  const double root = std::sqrt(t), d1 = (std::log(s / k) + (r + 0.5 * v * v) * t) / (v * root), d2 = d1 - v * root;
  const double later = std::exp(-r * t);
  std::cout << "                             by the tape    closed form\n" << std::fixed;
  print("price", price.item(), s * distribution(d1) - k * later * distribution(d2));
  print("delta, by the share", x[0].grad().item(), distribution(d1));
  print("by the strike", x[1].grad().item(), -later * distribution(d2));
  print("theta, by the time", x[2].grad().item(),
        s * density(d1) * v / (2.0 * root) + r * k * later * distribution(d2));
  print("rho, by the interest", x[3].grad().item(), k * t * later * distribution(d2));
  print("vega, by the volatility", x[4].grad().item(), s * density(d1) * root);
  const Tensor delta = grad(price, x[0], {.create_graph = true});
  print("gamma, delta by share", grad(delta, x[0]).item(), density(d1) / (s * v * root));

  const auto fused = fuse("black_scholes", call_price);
  const Tensor again = fused(x[0], x[1], x[2], x[3], x[4]);
  std::cout << "fused into the one node '" << again.op_name() << "': price " << again.item() << ", vega "
            << grad(again, x[4]).item() << "\n\n";
}

// --- the volatility that a price implies: Newton's method, for all strikes at once

Tensor implied(const Tensor& prices, double s, const Tensor& strikes, double t, double r) {
  Tensor v = full(strikes.shape(), 0.5, {.dtype = float64});
  std::cout << "step  volatility of the third strike   largest error of a price\n";
  for (int step = 0; step <= 6; ++step) {
    v = v.detach().requires_grad_();
    const Tensor error = call_price(Tensor(s), strikes, Tensor(t), Tensor(r), v) - prices;
    const Tensor vega = grad(sum(error), v);
    std::cout << std::setw(4) << step << std::setprecision(8) << std::setw(20) << v.item(2) << std::setw(28)
              << amax(abs(error)).item() << '\n';
    v = v - error / vega;
  }
  return v.detach();
}

void draw(const tutorial::Options& options) {
  plot::Figure figure({.columns = 3, .width = 1200, .height = 420});
  const Tensor s = linspace(20.0, 60.0, 120, {.dtype = float64, .requires_grad = true});
  const Tensor k = 40.0, r = 0.1, v = 0.2;
  for (const double t : {0.05, 0.5, 2.0}) {
    const Tensor delta = grad(sum(call_price(s, k, Tensor(t), r, v)), s, {.create_graph = true});
    const std::string label = t < 0.1 ? "18 days" : t < 1.0 ? "half a year" : "2 years";
    figure[0].line(s, delta, {.label = label});
    figure[1].line(s, grad(sum(delta), s), {.label = label});
  }
  figure[0].title("delta").x_label("share price").legend("below").vertical_line(40.0);
  figure[1].title("gamma").x_label("share price").legend("below").vertical_line(40.0);

  // Prices as a market might quote them: far from the share's price, options are dearer than one volatility explains.
  const Tensor strikes = linspace(30.0, 54.0, 9, {.dtype = float64});
  const Tensor smile = 0.2 + 0.8 * square(log(strikes / 42.0)) - 0.1 * log(strikes / 42.0);
  const Tensor prices = round(call_price(Tensor(42.0), strikes, Tensor(0.5), Tensor(0.1), smile) * 100.0) / 100.0;
  const Tensor found = implied(prices, 42.0, strikes, 0.5, 0.1);
  std::cout << "strike  price  implied volatility\n";
  for (std::ptrdiff_t i = 0; i < 9; ++i)
    std::cout << std::setw(6) << std::setprecision(0) << strikes.item(i) << std::setprecision(2) << std::setw(7)
              << prices.item(i) << std::setprecision(4) << std::setw(10) << found.item(i) << '\n';
  figure[2].line(strikes, smile, {.label = "behind the prices", .color = "gray", .line = "--"});
  figure[2].line(strikes, found, {.label = "implied", .line = "", .marker = "o"});
  figure[2].title("volatility").x_label("strike").legend("below");
  figure.save(options.figure("options"));
}

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  sensitivities();
  draw(options);
}
