// tolerance: 0.02, because 300 steps of Adam let differences in rounding grow
// A language model of characters: an LSTM reads a text and guesses each next character; its perplexity falls, and then
// it writes. With --data DIR it reads input.txt (tiny Shakespeare) in place of the poem.

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cmath>
#include <cstdio>
#include <iostream>

using namespace xtape;

constexpr const char* jabberwocky = R"('Twas brillig, and the slithy toves
Did gyre and gimble in the wabe;
All mimsy were the borogoves,
And the mome raths outgrabe.

"Beware the Jabberwock, my son!
The jaws that bite, the claws that catch!
Beware the Jubjub bird, and shun
The frumious Bandersnatch!"

He took his vorpal sword in hand:
Long time the manxome foe he sought --
So rested he by the Tumtum tree,
And stood awhile in thought.

And as in uffish thought he stood,
The Jabberwock, with eyes of flame,
Came whiffling through the tulgey wood,
And burbled as it came!
)";

// How a text is read: so many places at once, a gradient through so many characters.
struct Plan {
  std::size_t streams, length, hidden;
  int epochs, report;
  double lr;
};
constexpr Plan for_poem{.streams = 4, .length = 25, .hidden = 64, .epochs = 60, .report = 10, .lr = 0.01};
constexpr Plan for_file{.streams = 64, .length = 64, .hidden = 256, .epochs = 4, .report = 1, .lr = 0.003};

struct Writer : nn::Module {
  nn::Embedding embedding;
  nn::LSTM lstm;
  nn::Linear out;

  Writer(std::size_t characters, std::size_t hidden)
      : embedding(add("embedding", nn::Embedding(characters, 32))),
        lstm(add("lstm", nn::LSTM(32, hidden, {.batch_first = true}))),
        out(add("out", nn::Linear(hidden, characters))) {}

  // Scores (batch, length, characters) of what comes next; goes on from the state and leaves the state behind.
  Tensor operator()(const Tensor& characters, Tensors& state) {
    const Tensor x = embedding(characters);
    const auto [y, h, c] = state.empty() ? lstm(x) : lstm(x, state[0], state[1]);
    state = {h.detach(), c.detach()};  // the state goes on, its history is cut off
    return out(y);
  }
};

// The mean cross-entropy of a pass through the text; with an optimizer, each window is learned from.
double read(Writer& net, const data::Dataset& windows, std::size_t streams, optim::Adam* adam) {
  data::DataLoader loader(windows, {.batch_size = streams, .drop_last = true});
  Tensors state;
  double loss_sum = 0.0;
  for (const auto& [x, next] : loader) {
    const Tensor scores = net(x, state);
    const Tensor loss = nn::cross_entropy(reshape(scores, {-1, scores.shape(2)}), reshape(next, {-1}));
    if (adam != nullptr) {
      adam->zero_grad();
      loss.backward();
      optim::clip_grad_norm(net.parameters(), 1.0);
      adam->step();
    }
    loss_sum += loss.item();
  }
  return loss_sum / static_cast<double>(loader.size());
}

// One of the characters by their scores: the best one at temperature 0, else drawn from softmax(scores / temperature).
std::int64_t draw(const Tensor& scores, double temperature) {
  if (temperature == 0.0) return argmax(scores).item<std::int64_t>();
  const Tensor up_to = cumsum(softmax(astype(scores, float64) / temperature), 0);
  const double place = random::default_generator().uniform();
  return std::min(sum(up_to <= place).item<std::int64_t>(), static_cast<std::int64_t>(scores.size()) - 1);
}

std::string write(Writer& net, const data::Vocabulary& vocabulary, const std::string& begin, int count,
                  double temperature) {
  const NoGrad guard;
  Tensors state;
  Tensor scores = net(expand_dims(vocabulary.encode(data::characters(begin)), 0), state);
  std::string text = begin;
  for (int i = 0; i < count; ++i) {
    const std::int64_t next = draw(view(scores, {0, -1}), temperature);
    text += vocabulary.token(next);
    scores = net(full({1, 1}, static_cast<double>(next), {.dtype = int64}), state);
  }
  return text;
}

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const bool poem = options.data().empty();
  const Plan plan = poem ? for_poem : for_file;
  const auto tokens = data::characters(poem ? jabberwocky : data::read_text(options.data() / "input.txt"));
  const data::Vocabulary vocabulary(tokens);
  const Tensor ids = vocabulary.encode(tokens);
  // The last tenth of a long text is kept for the test; of the poem everything is learned by heart.
  const int learned = static_cast<int>(poem ? ids.size() : ids.size() / 10 * 9);
  const data::WindowOptions in_order{.length = plan.length, .streams = plan.streams};
  const auto train = data::windows(view(ids, {xt::range(0, learned)}), in_order);
  std::printf("%zu characters, %zu different ones, %zu windows\n", tokens.size(), vocabulary.size(), train.size());

  manual_seed(0);
  Writer net(vocabulary.size(), plan.hidden);
  net.to(poem ? float64 : float32);
  optim::Adam adam(net.parameters(), {.lr = plan.lr});
  std::vector<double> epochs, perplexities;
  for (int epoch = 1; epoch <= plan.epochs; ++epoch) {
    epochs.push_back(epoch);
    perplexities.push_back(std::exp(read(net, train, plan.streams, &adam)));
    if (epoch == 1 || epoch % plan.report == 0)
      std::printf("epoch %3d  perplexity %7.3f\n", epoch, perplexities.back());
  }
  if (!poem) {
    const NoGrad guard;
    const auto test = data::windows(view(ids, {xt::range(learned, static_cast<int>(ids.size()))}), in_order);
    std::printf("perplexity on the last tenth %.3f\n", std::exp(read(net, test, plan.streams, nullptr)));
  }
  for (const double temperature : {0.0, 0.7, 1.5}) {
    manual_seed(1);
    std::cout << "\n--- temperature " << temperature << '\n';
    std::cout << write(net, vocabulary, poem ? "The " : "ROMEO:\n", poem ? 120 : 300, temperature) << '\n';
  }
  plot::Figure figure;
  figure.axes().line(epochs, perplexities).log_y().x_label("epoch").y_label("perplexity");
  figure.save(options.figure(poem ? "perplexity" : "perplexity_shakespeare"));
}
