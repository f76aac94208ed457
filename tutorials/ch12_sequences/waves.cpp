// tolerance: 0.02, because 3300 steps of Adam let differences in rounding grow
// An RNN and an LSTM learn the next value of a noisy sine, seen in small steps (one period in 1000) and in large ones
// (40 periods in 1000). Shown a cosine they predict a step ahead; then they are left alone with their own outputs.

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cstdio>
#include <numbers>

using namespace xtape;

constexpr std::size_t history = 30;  // steps that a gradient goes back

// A sequence (time, batch, 1) goes in with the states before it; out come the predictions, and the states after it.
struct SineRnn : nn::Module {
  nn::RNN rnn = add("rnn", nn::RNN(1, 100));
  nn::Linear out = add("out", nn::Linear(100, 1));

  Tensor predict(const Tensor& x, Tensors& states) {
    const auto [y, h] = states.empty() ? rnn(x) : rnn(x, states[0]);
    states = {h};
    return out(y);
  }
};

struct SineLstm : nn::Module {
  nn::LSTM lstm = add("lstm", nn::LSTM(1, 100));
  nn::Linear out = add("out", nn::Linear(100, 1));

  Tensor predict(const Tensor& x, Tensors& states) {
    const auto [y, h, c] = states.empty() ? lstm(x) : lstm(x, states[0], states[1]);
    states = {h, c};
    return out(y);
  }
};

// One pass through sequences x, t (time, batch, 1), an update every `history` steps. The state goes on, its history
// does not.
template <class Net>
double train_once(Net& net, optim::Adam& adam, const Tensor& x, const Tensor& t) {
  Tensors states;
  double loss_sum = 0.0;
  for (std::size_t first = 0; first < x.shape(0); first += history) {
    const auto window = xt::range(static_cast<int>(first), static_cast<int>(std::min(first + history, x.shape(0))));
    for (Tensor& state : states) state = state.detach();
    const Tensor y = net.predict(view(x, {window}), states);
    const Tensor loss = nn::mse_loss(y, view(t, {window}));
    adam.zero_grad();
    loss.backward();
    adam.step();
    loss_sum += loss.item() * static_cast<double>(y.shape(0));
  }
  return loss_sum / static_cast<double>(x.shape(0));
}

template <class Net>
void train(const char* name, Net& net, const Tensor& x, const Tensor& t, int epochs) {
  net.to(float64);
  optim::Adam adam(net.parameters());
  std::printf("%-5s loss", name);
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    const double loss = train_once(net, adam, x, t);
    if (epoch == 1 || epoch % (epochs / 4) == 0) std::printf("  epoch %d: %.4f", epoch, loss);
  }
  std::printf("\n");
}

// Predictions for a curve (N, 1, 1), given its first `shown` values and its own outputs afterwards.
template <class Net>
Tensor run(Net& net, const Tensor& curve, int shown) {
  const NoGrad guard;
  Tensors states, outputs;
  for (int i = 0; i < static_cast<int>(curve.shape(0)); ++i) {
    outputs.push_back(net.predict(i < shown ? view(curve, {xt::range(i, i + 1)}) : outputs.back(), states));
  }
  return reshape(concatenate(outputs), {-1});
}

// Trains both on a sine of so many periods in 1000 points, and draws what they do alone.
void learn(int periods, plot::Axes& axes) {
  manual_seed(0);
  const data::SineSeriesOptions noisy{
      .points = 1000, .periods = static_cast<double>(periods), .noise = 0.05, .seed = 0, .dtype = float64};
  const data::Dataset series = data::sine_series(noisy);
  const Tensor x = expand_dims(series.inputs(), 1), t = expand_dims(series.targets(), 1);  // (999, 1, 1)
  std::printf("%d period%s in 1000 points\n", periods, periods > 1 ? "s" : "");
  SineRnn rnn;
  train("RNN", rnn, x, t, 100);
  // 30 places of the curve side by side: 33 steps of a batch of 30.
  const auto streams = [](const Tensor& s) {
    return expand_dims(transpose(reshape(view(s, {xt::range(0, 990)}), {30, 33})), 2);
  };
  SineLstm lstm;
  train("LSTM", lstm, streams(x), streams(t), 200);

  const double step = 2.0 * std::numbers::pi * periods / 999.0;
  const Tensor angle = step * arange(400.0, {.dtype = float64});
  const Tensor curve = reshape(cos(angle), {-1, 1, 1}), truth = cos(angle + step);
  const auto error = [&](const Tensor& y) { return nn::mse_loss(y, truth).item(); };
  const Tensor free_rnn = run(rnn, curve, 100), free_lstm = run(lstm, curve, 100);
  std::printf("on a cosine, a step ahead:      RNN %.4f  LSTM %.4f\n", error(run(rnn, curve, 400)),
              error(run(lstm, curve, 400)));
  std::printf("alone for 300 steps after 100:  RNN %.4f  LSTM %.4f\n\n", error(free_rnn), error(free_lstm));

  const auto thin = [](const Tensor& values) { return view(values, {xt::range(0, 400, 2)}); };
  const Tensor number = thin(arange(400.0));
  axes.title(std::to_string(periods) + (periods > 1 ? " periods" : " period") + " in 1000 points");
  axes.line(number, thin(truth), {.label = "cosine", .color = "gray", .line = ":"});
  axes.line(number, thin(free_rnn), {.label = "RNN"}).line(number, thin(free_lstm), {.label = "LSTM"});
  axes.vertical_line(100).x_label("step").y_range(-1.6, 1.6).legend("outside");
}

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  plot::Figure figure({.rows = 2, .width = 900, .height = 640});
  learn(1, figure[0]);
  learn(40, figure[1]);
  figure.save(options.figure("waves"));
}
