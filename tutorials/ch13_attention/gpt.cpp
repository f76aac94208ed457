// tolerance: 0.02, because 600 steps of Adam let differences in rounding grow
// Three models of the next character, each seeing more of what came before: a table of pairs, a perceptron that sees
// eight characters, and a small GPT that sees 32 through attention. With --data DIR they read input.txt (tiny
// Shakespeare) in place of the speech.

#include <plot/plot.hpp>
#include <tutorials/ch13_attention/reading.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cmath>
#include <cstdio>
#include <iostream>

using namespace xtape;

constexpr reading::Plan for_speech{
    .width = 48, .heads = 4, .layers = 2, .context = 32, .batch = 8, .steps = 600, .lr = 3e-3};
constexpr reading::Plan for_file{
    .width = 128, .heads = 4, .layers = 4, .context = 64, .batch = 32, .steps = 1500, .lr = 1e-3};

// The average surprise -log P(next | this) by counts of pairs, each begun at `extra`.
double pairs(const Tensor& learned, const Tensor& tested, std::size_t characters, double extra) {
  const auto part = [](const Tensor& ids, int from, int to) { return view(ids, {xt::range(from, to)}); };
  const int n = static_cast<int>(learned.size()), m = static_cast<int>(tested.size());
  const Tensor none = full({characters, characters}, extra, {.dtype = float64});
  const Tensor counts = index_put(none, {part(learned, 0, n - 1), part(learned, 1, n)}, 1.0, {.accumulate = true});
  const Tensor probabilities = counts / sum(counts, {1}, keep_dims);
  return -mean(log(index(probabilities, {part(tested, 0, m - 1), part(tested, 1, m)}))).item();
}

// Eight characters side by side, one hidden layer.
struct Perceptron : nn::Module {
  static constexpr std::size_t seen = 8;
  nn::Embedding embedding;
  nn::Linear hidden = add("hidden", nn::Linear(seen * 10, 100));
  nn::Linear out;

  explicit Perceptron(std::size_t characters)
      : embedding(add("embedding", nn::Embedding(characters, 10))), out(add("out", nn::Linear(100, characters))) {}
  // Scores (N, places - 7, characters) of what follows each place but the first seven of (N, places).
  Tensor forward(const Tensor& x) override {
    const int places = static_cast<int>(x.shape(1)) - static_cast<int>(seen) + 1;
    Tensors before;
    for (int i = 0; i < static_cast<int>(seen); ++i) before.push_back(view(x, {xt::all(), xt::range(i, i + places)}));
    return out(tanh(hidden(flatten(embedding(stack(before, 2)), 2))));
  }
};

// Characters and places as vectors, layers of self-attention that look back only, scores for every place.
struct Gpt : nn::Module {
  nn::Embedding embedding;
  nn::LearnedPositionalEncoding position;
  nn::TransformerEncoder layers;
  nn::Linear out;

  Gpt(std::size_t characters, const reading::Plan& plan)
      : embedding(add("embedding", nn::Embedding(characters, plan.width))),
        position(add("position", nn::LearnedPositionalEncoding(
                                     plan.width, {.dropout = 0.0, .max_len = plan.context, .batch_first = true}))),
        layers(add("layers", nn::TransformerEncoder(layer(plan), plan.layers, nn::LayerNorm(plan.width)))),
        out(add("out", nn::Linear(plan.width, characters))) {}

  static nn::TransformerEncoderLayer layer(const reading::Plan& plan) {
    return {plan.width,
            plan.heads,
            {.dim_feedforward = 4 * plan.width,
             .dropout = 0.0,
             .activation = [](const Tensor& x) { return gelu(x); },
             .batch_first = true,
             .norm_first = true}};
  }
  Tensor forward(const Tensor& x) override { return out(layers(position(embedding(x)), {.is_causal = true})); }
};

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const bool small = options.data().empty();
  const reading::Plan plan = small ? for_speech : for_file;
  const auto tokens = data::characters(small ? reading::speech : data::read_text(options.data() / "input.txt"));
  const data::Vocabulary vocabulary(tokens);
  const Tensor ids = vocabulary.encode(tokens);
  // The last tenth of a long text is kept for the test; the speech is learned by heart.
  const int all = static_cast<int>(ids.size()), end = small ? all : all / 10 * 9;
  const Tensor learned = view(ids, {xt::range(0, end)}), tested = small ? ids : view(ids, {xt::range(end, all)});
  std::printf("%zu characters, %zu different ones\n\n", tokens.size(), vocabulary.size());

  std::printf("model        parameters      loss\n");
  std::printf("%-12s %10s %9.3f\n", "guessing", "0", std::log(static_cast<double>(vocabulary.size())));
  const double by_pairs = pairs(learned, tested, vocabulary.size(), small ? 1e-3 : 1.0);
  std::printf("%-12s %10zu %9.3f\n", "pairs", vocabulary.size() * vocabulary.size(), by_pairs);
  plot::Figure figure;
  manual_seed(0);
  Perceptron perceptron(vocabulary.size());
  Gpt gpt(vocabulary.size(), plan);
  for (nn::Module* net : {static_cast<nn::Module*>(&perceptron), static_cast<nn::Module*>(&gpt)}) {
    net->to(small ? float64 : float32);
  }
  reading::train("perceptron", perceptron, learned, tested, plan, figure.axes());
  reading::train("GPT", gpt, learned, tested, plan, figure.axes());
  figure.axes().horizontal_line(by_pairs, {.label = "pairs", .color = "gray", .line = "--"});
  figure.axes().x_label("steps").y_label("loss").legend("top right");
  figure.save(options.figure(small ? "ladder" : "ladder_shakespeare"));

  const std::string begin = small ? "They have" : "ROMEO:";
  std::cout << "\n"
            << reading::write(gpt, vocabulary, begin, small ? 150 : 300, static_cast<int>(plan.context)) << '\n';
}
