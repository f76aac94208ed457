#include <benchmarks/libtorch_side.hpp>

namespace benchmarks::libtorch_side {

using torch::Tensor;
namespace nn = torch::nn;
namespace optim = torch::optim;

namespace {

constexpr std::int64_t steps = 35, batch = 20, vocabulary = 1000, width = 100;

// nn::LSTM gives its last states, too, so that it does not fit into a Sequential.
struct LanguageModelImpl : nn::Module {
  nn::Embedding embedding = register_module("embedding", nn::Embedding(vocabulary, width));
  nn::LSTM lstm = register_module("lstm", nn::LSTM(width, width));
  nn::Linear linear = register_module("linear", nn::Linear(width, vocabulary));

  Tensor forward(const Tensor& words) { return linear(std::get<0>(lstm(embedding(words)))); }
};
TORCH_MODULE(LanguageModel);

}  // namespace

Program lstm() {
  LanguageModel net;
  start(*net);
  const Tensor words = whole({steps, batch}, 1, vocabulary), next = whole({steps * batch}, 2, vocabulary);
  auto sgd = std::make_shared<optim::SGD>(net->parameters(), optim::SGDOptions(0.1));
  return training(sgd, [=]() mutable {
    return nn::functional::cross_entropy(net(words).view({-1, vocabulary}), next);
  });
}

}  // namespace benchmarks::libtorch_side
