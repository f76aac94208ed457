// Two apples, three oranges and a tax: a graph of products and sums, gone through backwards by hand, and by the tape.
#include <xtape.hpp>

#include <tutorials/common/tutorial.hpp>

#include <cstdio>

using namespace xtape;

namespace {

// A product remembers its inputs: each is the other one's slope.
struct MulLayer {
  double x = 0.0, y = 0.0;

  double forward(double a, double b) {
    x = a;
    y = b;
    return a * b;
  }
  std::pair<double, double> backward(double upstream) const { return {upstream * y, upstream * x}; }
};

// A sum hands on what it gets.
struct AddLayer {
  double forward(double a, double b) const { return a + b; }
  std::pair<double, double> backward(double upstream) const { return {upstream, upstream}; }
};

void apples_by_hand() {
  MulLayer apples, taxed;
  const double cost = apples.forward(100, 2), price = taxed.forward(cost, 1.1);
  const auto [d_cost, d_tax] = taxed.backward(1.0);
  const auto [d_apple, d_count] = apples.backward(d_cost);
  std::printf("2 apples at 100, tax 1.1, by hand\n  price %g\n", price);
  std::printf("  slopes: apple %g, number of apples %g, tax %g\n", d_apple, d_count, d_tax);
}

void fruit_by_hand() {
  MulLayer apples, oranges, taxed;
  AddLayer both;
  const double apple_cost = apples.forward(100, 2), orange_cost = oranges.forward(150, 3);
  const double cost = both.forward(apple_cost, orange_cost), price = taxed.forward(cost, 1.1);

  const auto [d_cost, d_tax] = taxed.backward(1.0);
  const auto [d_apple_cost, d_orange_cost] = both.backward(d_cost);
  const auto [d_orange, d_oranges] = oranges.backward(d_orange_cost);
  const auto [d_apple, d_apples] = apples.backward(d_apple_cost);
  std::printf("\nand 3 oranges at 150, by hand\n  price %g\n", price);
  std::printf("  slopes: apple %g, number of apples %g,\n          orange %.17g, number of oranges %g, tax %g\n",
              d_apple, d_apples, d_orange, d_oranges, d_tax);
}

Tensor variable(double value, const char* name) { return Tensor(value).named(name).requires_grad_(); }

void fruit_by_the_tape(const tutorial::Options& options) {
  const Tensor apple = variable(100, "apple"), apples = variable(2, "apples");
  const Tensor orange = variable(150, "orange"), oranges = variable(3, "oranges");
  const Tensor tax = variable(1.1, "tax");

  const Tensor apple_cost = (apple * apples).named("apple_cost").retain_grad();
  const Tensor orange_cost = (orange * oranges).named("orange_cost").retain_grad();
  const Tensor cost = (apple_cost + orange_cost).named("cost").retain_grad();
  const Tensor price = (cost * tax).named("price").retain_grad();
  price.backward();

  std::printf("\nthe same by the tape\n%-12s  %8s  %8s\n", "", "value", "slope");
  for (const Tensor& x : {apple, apples, orange, oranges, tax, apple_cost, orange_cost, cost, price}) {
    std::printf("%-12s  %8.4g  %8.4g\n", x.name().c_str(), x.item(), x.grad().item());
  }
  graph::save(price, options.figure("price").replace_extension(".svg"), {.values = true, .gradients = true});
}

// z = (x + y)^2 with t = x + y: dz/dx = dz/dt dt/dx.
void chain_rule() {
  const Tensor x = variable(3, "x"), y = variable(1, "y");
  const Tensor t = x + y, z = square(t);
  std::printf("\nz = t^2, t = x + y, at x = 3, y = 1\n");
  t.register_hook([](const Tensor& upstream) { std::printf("  arrives at t: %g\n", upstream.item()); });
  x.register_hook([](const Tensor& upstream) { std::printf("  arrives at x: %g\n", upstream.item()); });
  z.backward();
}

// A result that is used twice gets two gradients from above, and they are added before it goes on.
void used_twice(const tutorial::Options& options) {
  const Tensor x = variable(2, "x");
  const Tensor a = square(x).named("a").retain_grad();
  const Tensor y = (square(a) + 3.0 * a).named("y");
  int visits = 0;
  a.register_hook([&](const Tensor&) { ++visits; });
  y.backward({.retain_graph = true});  // the picture shows what the nodes have kept
  std::printf("\ny = a^2 + 3 a, a = x^2, at x = 2\n");
  std::printf("  y = %g, dy/da = 2 a + 3 = %g, dy/dx = %g; the node of a was passed %d time\n", y.item(),
              a.grad().item(), x.grad().item(), visits);
  graph::save(y, options.figure("used_twice").replace_extension(".svg"), {.values = true, .gradients = true});
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  apples_by_hand();
  fruit_by_hand();
  fruit_by_the_tape(options);
  chain_rule();
  used_twice(options);
}
