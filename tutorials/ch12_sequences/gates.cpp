// tolerance: 0.02, because 600 steps of Adam let differences in rounding grow
// What the gates of an LSTM and a GRU do. The task is to hold a value: at a mark, take the number that comes in, and
// repeat it until the next mark. Gates are computed by the formulas and compared with the layer.

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cstdio>

using namespace xtape;

constexpr std::size_t hidden = 4;

struct Task {
  Tensor x, t;  // (time, batch, 2): a number and a mark, 0 or 1; (time, batch, 1): the number at the last mark
};

Task hold(std::size_t time, std::size_t batch) {
  auto& draw = random::default_generator();
  std::vector<double> x, t(time * batch);
  for (std::size_t i = 0; i < time * batch; ++i) {
    const double number = 2.0 * draw.uniform() - 1.0;
    const bool mark = i < batch || draw.uniform() < 0.1;  // always at the first step
    x.insert(x.end(), {number, mark ? 1.0 : 0.0});
    t[i] = mark ? number : t[i - batch];
  }
  return {reshape(Tensor(xt::adapt(x)), {time, batch, 2}), reshape(Tensor(xt::adapt(t)), {time, batch, 1})};
}

template <class Layer>
struct Holder : nn::Module {
  Layer layer = add("layer", Layer(2, hidden));
  nn::Linear out = add("out", nn::Linear(hidden, 1));
  Tensor forward(const Tensor& x) override { return out(layer.forward(x)); }
};

template <class Layer>
Holder<Layer> trained(const char* name) {
  manual_seed(1);
  Holder<Layer> net;
  net.to(float64);
  optim::Adam adam(net.parameters(), {.lr = 0.02});
  for (int i = 0; i < 600; ++i) {
    const auto [x, t] = hold(20, 32);
    adam.zero_grad();
    nn::mse_loss(net(x), t).backward();
    adam.step();
  }
  const NoGrad guard;
  const auto [x, t] = hold(20, 500);
  const auto [longer_x, longer_t] = hold(100, 500);
  std::printf("%-5s %13.3f %20.3f\n", name, nn::mse_loss(net(x), t).item(),
              nn::mse_loss(net(longer_x), longer_t).item());
  return net;
}

// Every gate at every step of a sequence (time, 1, 2), (time, units) each, and the states.
struct Gates {
  Tensor input, forget, output, h;
};

Gates gates_of(const nn::LSTM& lstm, const Tensor& sequence) {
  const auto& w = lstm.weights(0);
  Tensor h = zeros({1, hidden}, {.dtype = float64}), c = h;
  Tensors input, forget, output, states;
  for (const Tensor& x : unbind(sequence)) {
    const Tensors a = split(linear(x, w.weight_ih, w.bias_ih) + linear(h, w.weight_hh, w.bias_hh), 4, 1);
    const Tensor i = sigmoid(a[0]), f = sigmoid(a[1]), g = tanh(a[2]), o = sigmoid(a[3]);
    c = f * c + i * g;
    h = o * tanh(c);
    input.push_back(i), forget.push_back(f), output.push_back(o), states.push_back(h);
  }
  return {concatenate(input), concatenate(forget), concatenate(output), concatenate(states)};
}

// The update gate z and the states of a GRU.
std::pair<Tensor, Tensor> update_gate_of(const nn::GRU& gru, const Tensor& sequence) {
  const auto& w = gru.weights(0);
  Tensor h = zeros({1, hidden}, {.dtype = float64});
  Tensors update, states;
  for (const Tensor& x : unbind(sequence)) {
    const Tensors a = split(linear(x, w.weight_ih, w.bias_ih), 3, 1),
                  b = split(linear(h, w.weight_hh, w.bias_hh), 3, 1);
    const Tensor r = sigmoid(a[0] + b[0]), z = sigmoid(a[1] + b[1]);
    const Tensor n = tanh(a[2] + r * b[2]);
    h = (1.0 - z) * n + z * h;
    update.push_back(z), states.push_back(h);
  }
  return {concatenate(update), concatenate(states)};
}

void print_means(const char* name, const Tensor& gate, const Tensor& marks) {
  const Tensor all = mean(gate, {1});
  const double at = sum(all * marks).item() / sum(marks).item();
  const double between = sum(all * (1.0 - marks)).item() / sum(1.0 - marks).item();
  std::printf("%-22s %9.2f %9.2f\n", name, at, between);
}

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  std::printf("mean squared error, 20 steps as in training, 100 steps\n");
  trained<nn::RNN>("RNN");
  Holder<nn::GRU> gru = trained<nn::GRU>("GRU");
  Holder<nn::LSTM> lstm = trained<nn::LSTM>("LSTM");

  const NoGrad guard;
  manual_seed(7);
  const auto [x, t] = hold(40, 1);
  const Gates g = gates_of(lstm.layer, x);
  const auto [update, gru_states] = update_gate_of(gru.layer, x);
  std::printf("\nformulas and layers agree to 1e-12: LSTM %s, GRU %s\n",
              amax(abs(squeeze(lstm.layer.forward(x), 1) - g.h)).item() < 1e-12 ? "yes" : "no",
              amax(abs(squeeze(gru.layer.forward(x), 1) - gru_states)).item() < 1e-12 ? "yes" : "no");
  const Tensor marks = view(x, {xt::all(), 0, 1});
  std::printf("\nmean over the units     at marks   between\n");
  print_means("LSTM, input gate i", g.input, marks);
  print_means("LSTM, forget gate f", g.forget, marks);
  print_means("LSTM, output gate o", g.output, marks);
  print_means("GRU, update gate z", update, marks);

  plot::Figure figure({.rows = 4, .width = 800, .height = 900});
  const Tensor numbers = view(x, {xt::all(), 0, 0});
  figure[0].line(reshape(t, {-1}), {.label = "to hold", .color = "gray", .width = 4});
  figure[0]
      .line(reshape(lstm(x), {-1}), {.label = "LSTM"})
      .line(numbers, {.label = "number", .line = "", .marker = "o"});
  for (std::ptrdiff_t i = 0; i < 40; ++i) {
    if (marks(i).item() > 0.5) figure[0].vertical_line(static_cast<double>(i));
  }
  figure[0].x_range(-0.5, 39.5).y_range(-1.1, 1.1).legend("outside").y_label("number");
  const std::vector<std::string> units = {"1", "2", "3", "4"};
  const plot::HeatMapOptions map{.colors = {.low = 0.0, .high = 1.0}, .y_names = units};
  figure[1].title("LSTM, input gate").heat_map(transpose(g.input), map).y_label("unit");
  figure[2].title("LSTM, forget gate").heat_map(transpose(g.forget), map).y_label("unit");
  figure[3].title("GRU, update gate").heat_map(transpose(update), map).y_label("unit").x_label("step");
  figure.save(options.figure("gates"));
}
