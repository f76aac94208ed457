// A network of five units continues a sine from its last two values. Its gradient is taken twice: by the formulas that
// a course's notebook has, one of which is wrong, and by the tape. Both learn; only one of them is the derivative.

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cstdio>
#include <functional>
#include <numbers>

using namespace xtape;

struct Waves {
  Tensors x, next;  // pairs of neighbouring values, (1, 1) each, and the value behind them
  std::vector<std::int64_t> train, test;
};

Tensor sine() { return sin(linspace(0.0, 10.0 * std::numbers::pi, 500, {.dtype = float64})); }

Waves waves(random::Numpy& numpy) {
  const Tensor curve = sine();
  Waves data;
  for (std::ptrdiff_t i = 0; i < 500; ++i) data.x.push_back(reshape(curve(i), {1, 1}));
  for (std::size_t i = 0; i < 498; ++i) data.next.push_back(data.x[i + 2]);
  const auto order = numpy.permutation(498);
  data.test.assign(order.begin(), order.begin() + 100);
  data.train.assign(order.begin() + 100, order.end());
  return data;
}

struct Net {
  Tensor in, out, between;

  explicit Net(random::Numpy& numpy) {
    const auto drawn = [&](std::size_t rows, std::size_t columns) {
      return (0.01 * reshape(Tensor(xt::adapt(numpy.randn(rows * columns))), {rows, columns})).requires_grad_();
    };
    in = drawn(1, 5);
    out = drawn(5, 1);
    between = drawn(5, 5);
  }
  Tensors all() const { return {in, out, between}; }
  Tensor operator()(const Tensor& x0, const Tensor& x1) const {
    const Tensor z0 = tanh(matmul(x0, in));
    return matmul(tanh(matmul(x1, in) + matmul(z0, between)), out);
  }
};

Tensor half_square(const Tensor& y, const Tensor& d) { return 0.5 * sum(square(y - d)); }

// Gradients of in, out and between, as the tape gives them.
Tensors by_tape(const Net& net, const Tensor& x0, const Tensor& x1, const Tensor& d) {
  for (const Tensor& weight : net.all()) weight.zero_grad();
  half_square(net(x0, x1), d).backward();
  return {net.in.grad(), net.out.grad(), net.between.grad()};
}

// As the notebook computes them: the state after a step where the one before it belongs, the error of the output sent
// into both steps, and 1e-4 in the derivative of tanh.
Tensors by_notebook(const Net& net, const Tensor& x0, const Tensor& x1, const Tensor& d) {
  const NoGrad guard;
  const Tensor u0 = matmul(x0, net.in), z0 = tanh(u0);
  const Tensor u1 = matmul(x1, net.in) + matmul(z0, net.between), z1 = tanh(u1);
  const Tensor error = matmul(z1, net.out) - d, back = matmul(error, transpose(net.out));
  const Tensor delta1 = back / (square(cosh(u1)) + 1e-4);
  const Tensor delta0 = (matmul(delta1, transpose(net.between)) + back) / (square(cosh(u0)) + 1e-4);
  return {matmul(x1, delta1) + matmul(x0, delta0), matmul(transpose(z1), error),
          matmul(transpose(z1), delta1) + matmul(transpose(z0), delta0)};
}

using Gradients = std::function<Tensors(const Net&, const Tensor&, const Tensor&, const Tensor&)>;

void train(const Net& net, const Waves& data, const Gradients& gradients, int epochs) {
  for (int epoch = 0; epoch < epochs; ++epoch) {
    for (const std::int64_t index : data.train) {
      const auto s = static_cast<std::size_t>(index);
      const Tensors g = gradients(net, data.x[s], data.x[s + 1], data.next[s]);
      const NoGrad guard;
      net.in.assign(net.in - 0.1 * g[0]);
      net.out.assign(net.out - 0.1 * g[1]);
      net.between.assign(net.between - 0.1 * g[2]);
    }
  }
}

void print_losses(const char* name, const Net& net, const Waves& data) {
  const NoGrad guard;
  std::vector<double> losses;
  for (const std::int64_t index : data.test) {
    const auto s = static_cast<std::size_t>(index);
    losses.push_back(half_square(net(data.x[s], data.x[s + 1]), data.next[s]).item());
  }
  std::printf("%-9s mean %.3e   the last three %.6e %.6e %.6e\n", name, mean(Tensor(xt::adapt(losses))).item(),
              losses[97], losses[98], losses[99]);
}

// From the first two values on, the network's own outputs are its inputs.
std::vector<double> free_run(const Net& net, const Waves& data, int steps) {
  const NoGrad guard;
  Tensor x0 = data.x[0], x1 = data.x[1];
  std::vector<double> y = {x0.item(), x1.item()};
  for (int i = 0; i < steps; ++i) {
    const Tensor next = net(x0, x1);
    x0 = x1, x1 = next;
    y.push_back(next.item());
  }
  return y;
}

// The gradient by the weight from unit 1 to unit 2: differences, the tape, the notebook.
void compare(const Net& net, const Waves& data) {
  const Tensor bump =
      index_put(zeros({5, 5}, {.dtype = float64}), {Tensor(std::int64_t{1}), Tensor(std::int64_t{2})}, 1e-5);
  const auto loss_at = [&](double sign) {
    Net moved = net;
    moved.between = net.between.detach() + sign * bump;
    return half_square(moved(data.x[30], data.x[31]), data.next[30]).item();
  };
  std::printf("d loss / d w_12: differences %.8f, tape %.8f, notebook %.8f\n\n", (loss_at(1) - loss_at(-1)) / 2e-5,
              by_tape(net, data.x[30], data.x[31], data.next[30])[2](1, 2).item(),
              by_notebook(net, data.x[30], data.x[31], data.next[30])[2](1, 2).item());
}

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  plot::Figure figure({.width = 900, .height = 400});
  figure.axes().line(view(sine(), {xt::range(0, 202)}), {.label = "sine", .color = "gray", .line = ":"});
  for (const bool notebook : {true, false}) {
    random::Numpy numpy(0);
    const Waves data = waves(numpy);
    const Net net(numpy);
    train(net, data, notebook ? by_notebook : by_tape, 1);
    if (notebook) compare(net, data);
    train(net, data, notebook ? by_notebook : by_tape, 499);
    print_losses(notebook ? "notebook" : "tape", net, data);
    figure.axes().line(free_run(net, data, 200),
                       {.label = notebook ? "notebook's gradient" : "tape's gradient", .line = "--"});
  }
  figure.axes().x_label("step").y_label("value").x_range(0, 200).y_range(-1.5, 1.5).legend("outside");
  figure.save(options.figure("sine"));
}
