// tolerance: 0.03, because 500 steps of Adam let differences in rounding grow
// Two ways to use more than the past. A bidirectional network finds peaks, for which it must see what comes next; and
// an encoder and a decoder copy a string of digits that has to pass through one state.

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cstdio>
#include <string>

using namespace xtape;

// Is a number larger than its two neighbours? The share of right answers.
double find_peaks(bool bidirectional) {
  manual_seed(1);
  nn::LSTM lstm(1, 16, {.bidirectional = bidirectional});
  nn::Linear out(bidirectional ? 32 : 16, 1);
  lstm.to(float64);
  out.to(float64);
  Tensors parameters = lstm.parameters();
  for (const Tensor& p : out.parameters()) parameters.push_back(p);
  optim::Adam adam(parameters, {.lr = 0.01});
  double accuracy = 0.0;
  for (int i = 0; i <= 300; ++i) {
    const std::size_t batch = i < 300 ? 32 : 1000;
    const Tensor x = rand({20, batch, 1}, {.dtype = float64});
    const Tensor here = view(x, {xt::range(1, 19)});
    const Tensor neighbours = maximum(view(x, {xt::range(0, 18)}), view(x, {xt::range(2, 20)}));
    const Tensor t = astype(here > neighbours, float64);
    const Tensor scores = view(out(lstm.forward(x)), {xt::range(1, 19)});
    if (i == 300) {
      accuracy = mean(astype(equal(scores > 0.0, t > 0.5), float64)).item();
      break;
    }
    adam.zero_grad();
    nn::binary_cross_entropy_with_logits(scores, t).backward();
    adam.step();
  }
  return accuracy;
}

constexpr std::size_t length = 6, width = 64, start = 10;  // digits 0 to 9, and a sign that starts the answer

struct Copier : nn::Module {
  nn::Embedding embedding = add("embedding", nn::Embedding(11, 16));
  nn::GRU encoder = add("encoder", nn::GRU(16, width));
  nn::GRU decoder = add("decoder", nn::GRU(16, width));
  nn::Linear out = add("out", nn::Linear(width, 10));

  // Scores (time, batch, 10) of the answer, with what stands before each of its places given (teacher forcing).
  Tensor scores(const Tensor& source, const Tensor& before) {
    const Tensor state = encoder(embedding(source)).h;
    return out(decoder(embedding(before), state).y);
  }
  // The answer (time, batch), each digit going back in as the next input.
  Tensor answer(const Tensor& source) {
    Tensor state = encoder(embedding(source)).h;
    Tensor digit = full({1, source.shape(1)}, start, {.dtype = int64});
    Tensors digits;
    for (std::size_t i = 0; i < length; ++i) {
      const auto [y, h] = decoder(embedding(digit), state);
      state = h;
      digit = argmax(out(y), 2);
      digits.push_back(digit);
    }
    return concatenate(digits);
  }
};

std::string text(const Tensor& digits, std::ptrdiff_t column) {
  std::string result;
  for (std::size_t i = 0; i < length; ++i) {
    result += std::to_string(digits(static_cast<std::ptrdiff_t>(i), column).item<int>());
  }
  return result;
}

// The share of strings copied without a mistake, every 100 steps.
std::vector<double> copy(bool reversed) {
  manual_seed(2);
  Copier net;
  net.to(float64);
  optim::Adam adam(net.parameters(), {.lr = 5e-3});
  random::Generator test_draws(99);
  const Tensor test = randint(0, 10, {length, 300}, test_draws);
  const auto order = [&](const Tensor& x) { return reversed ? flip(x, {0}) : x; };
  std::vector<double> shares;
  for (int i = 1; i <= 500; ++i) {
    const Tensor t = randint(0, 10, {length, 64});
    const Tensor first = full({1, 64}, start, {.dtype = int64});
    const Tensor before = concatenate({first, view(t, {xt::range(0, static_cast<int>(length) - 1)})});
    adam.zero_grad();
    nn::cross_entropy(reshape(net.scores(order(t), before), {-1, 10}), reshape(t, {-1})).backward();
    optim::clip_grad_norm(net.parameters(), 5.0);
    adam.step();
    if (i % 100 != 0) continue;
    const NoGrad guard;
    const Tensor right = all(equal(net.answer(order(test)), test), {0});
    shares.push_back(mean(astype(right, float64)).item());
  }
  const NoGrad guard;
  const Tensor answers = net.answer(order(test));
  std::printf("%-9s %s -> %s, %s -> %s\n", reversed ? "reversed" : "in order", text(test, 0).c_str(),
              text(answers, 0).c_str(), text(test, 1).c_str(), text(answers, 1).c_str());
  return shares;
}

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  std::printf("peaks found: LSTM %.3f, bidirectional LSTM %.3f\n\n", find_peaks(false), find_peaks(true));

  const auto in_order = copy(false), reversed = copy(true);
  std::printf("\nstep   copied: in order  reversed\n");
  for (std::size_t i = 0; i < in_order.size(); ++i) {
    std::printf("%4zu %17.3f %9.3f\n", 100 * (i + 1), in_order[i], reversed[i]);
  }
  const std::vector<double> steps = {100, 200, 300, 400, 500};
  plot::Figure figure;
  figure.axes().line(steps, in_order, {.label = "source in order", .marker = "o"});
  figure.axes().line(steps, reversed, {.label = "source reversed", .marker = "s"});
  figure.axes().x_label("steps").y_label("strings copied without a mistake").y_range(0, 1.02);
  figure.save(options.figure("copying"));
}
