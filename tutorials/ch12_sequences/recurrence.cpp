// A recurrent network step by step: its states by hand and by nn::RNN, gradients through time from the tape, the
// history cut off (truncated backpropagation), and what becomes of a gradient on its way back through twenty steps.

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cstdio>

using namespace xtape;

void print(const char* name, const Tensor& x) {
  std::printf("%-34s", name);
  for (std::size_t i = 0; i < x.size(); ++i) std::printf(" %12.8f", x.item(static_cast<std::ptrdiff_t>(i)));
  std::printf("\n");
}

struct Weights {
  Tensor x = xt::xarray<double>{{0.1, 0.2}, {0.3, -0.4}};    // from the input to the state
  Tensor h = xt::xarray<double>{{0.5, -0.5}, {0.25, 0.75}};  // from the state to the next state
  Tensor b = xt::xarray<double>{0.05, -0.05};
};

Tensor step(const Weights& w, const Tensor& x, const Tensor& h) { return tanh(matmul(x, w.x) + matmul(h, w.h) + w.b); }

// The same weights in the library's layer, which multiplies from the other side.
nn::RNN layer_with(const Weights& w) {
  nn::RNN rnn(2, 2);
  rnn.to(float64);
  const NoGrad guard;
  rnn.weights(0).weight_ih.assign(transpose(w.x));
  rnn.weights(0).weight_hh.assign(transpose(w.h));
  rnn.weights(0).bias_ih.assign(w.b);
  rnn.weights(0).bias_hh.assign(zeros({2}));
  return rnn;
}

void two_steps(const Weights& w, const Tensor& x) {
  std::printf("two steps from a state of zeros\n");
  const Tensor h0 = zeros({1, 2}, {.dtype = float64});
  const Tensor h1 = step(w, x, h0);
  const Tensor h2 = step(w, x, h1);
  print("h1", h1);
  print("h2", h2);
  const Tensor y = layer_with(w)(stack({x, x})).y;
  print("nn::RNN, both states", y);

  std::printf("\nbackpropagation through time, loss = h2[0] + h2[1]\n");
  sum(h2).backward();
  print("tape: d loss / d W_x", w.x.grad());
  print("tape: d loss / d W_h", w.h.grad());
  const NoGrad guard;
  const Tensor delta2 = 1.0 - square(h2);
  const Tensor delta1 = matmul(delta2, transpose(w.h)) * (1.0 - square(h1));
  print("hand: d loss / d W_x", matmul(transpose(x), delta1 + delta2));
  print("hand: d loss / d W_h", matmul(transpose(h0), delta1) + matmul(transpose(h1), delta2));
}

// How strongly the state after six steps depends on each of the inputs; the history is cut before step `cut`.
std::vector<double> influence(const Weights& w, std::size_t cut) {
  std::vector<Tensor> inputs;
  Tensor h = zeros({1, 2}, {.dtype = float64});
  for (std::size_t t = 0; t < 6; ++t) {
    inputs.push_back(Tensor(xt::xarray<double>{{0.5, -1.0}}).requires_grad_());
    if (t == cut) h = h.detach();
    h = step(w, inputs.back(), h);
  }
  sum(h).backward();
  std::vector<double> norms;
  for (const Tensor& x : inputs) norms.push_back(x.grad().defined() ? norm(x.grad()).item() : 0.0);
  return norms;
}

void truncated(const Weights& w) {
  std::printf("\n|d loss / d x_t| with the whole history, and cut off before step 4 by detach()\n");
  const auto whole = influence(w, 0), cut = influence(w, 3);
  for (std::size_t t = 0; t < 6; ++t) std::printf("step %zu %12.6f %12.6f\n", t + 1, whole[t], cut[t]);
}

// h_t = h_{t-1} W_h over 20 steps, without tanh: norms of the gradients of the states, the last one first.
std::vector<double> norms_back_through(const Tensor& between) {
  std::vector<Tensor> states = {Tensor(ones({2, 3}, {.dtype = float64})).requires_grad_()};
  for (int t = 0; t < 20; ++t) states.push_back(matmul(states.back(), between).retain_grad());
  sum(states.back()).backward();
  std::vector<double> norms;
  for (std::size_t t = 20; t-- > 0;) norms.push_back(norm(states[t].grad()).item() / 2.0);  // by the batch of 2
  return norms;
}

void vanishing_and_exploding(const tutorial::Options& options) {
  random::Numpy numpy(3);
  const Tensor between = reshape(Tensor(xt::adapt(numpy.randn(9))), {3, 3});
  print("\nW_h, first row", view(between, {0}));
  const auto whole = norms_back_through(between), half = norms_back_through(0.5 * between);
  std::printf("steps back   norm with W_h   with 0.5 W_h\n");
  for (std::size_t t : {0u, 1u, 2u, 4u, 9u, 14u, 19u}) {
    std::printf("%10zu %15.6f %14.6f\n", t + 1, whole[t], half[t]);
  }
  std::printf("factor of the last step %.4f and %.4f\n", whole[19] / whole[18], half[19] / half[18]);

  std::vector<double> steps;
  for (int t = 1; t <= 20; ++t) steps.push_back(t);
  plot::Figure figure;
  figure.axes()
      .line(steps, whole, {.label = "W_h", .marker = "o"})
      .line(steps, half, {.label = "0.5 W_h", .marker = "s"})
      .log_y()
      .x_label("steps back in time")
      .y_label("norm of the gradient")
      .legend("top left");
  figure.save(options.figure("norms"));
}

void clipping() {
  random::Numpy numpy(3);
  const Tensor between = reshape(Tensor(xt::adapt(numpy.randn(9))), {3, 3}).requires_grad_();
  Tensor h = ones({2, 3}, {.dtype = float64});
  for (int t = 0; t < 20; ++t) h = matmul(h, between);
  sum(h).backward();
  const Tensor direction = between.grad() / norm(between.grad());
  const double before = optim::clip_grad_norm({between}, 5.0);
  std::printf("\nclipping to 5: norm of d loss / d W_h %.2f before, %.4f after; cosine of the two %.6f\n", before,
              norm(between.grad()).item(), vdot(direction, between.grad() / norm(between.grad())).item());
}

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const Weights w;
  for (const Tensor& weight : {w.x, w.h, w.b}) weight.requires_grad_();
  two_steps(w, xt::xarray<double>{{0.5, -1.0}});
  truncated(w);
  vanishing_and_exploding(options);
  clipping();
}
