// A language model of words (Rnnlm of "Deep Learning from Scratch 2", chapter 6): every word's successor at once.

#include <benchmarks/xtape_side.hpp>

namespace benchmarks::xtape_side {

using namespace xtape;

namespace {

constexpr std::size_t steps = 35, batch = 20, vocabulary = 1000, width = 100;

}  // namespace

Program lstm() {
  nn::Sequential net(nn::Embedding(vocabulary, width), nn::LSTM(width, width), nn::Linear(width, vocabulary));
  start(net);
  const Tensor words = whole({steps, batch}, 1, vocabulary), next = whole({steps * batch}, 2, vocabulary);
  auto sgd = std::make_shared<optim::SGD>(net.parameters(), optim::SGD::Options{.lr = 0.1});
  return training(sgd, [=]() mutable { return nn::cross_entropy(reshape(net(words), {-1, vocabulary}), next); });
}

}  // namespace benchmarks::xtape_side
