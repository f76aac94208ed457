#include <benchmarks/libtorch_side.hpp>

#include <cmath>

namespace benchmarks::libtorch_side {

using torch::Tensor;
namespace nn = torch::nn;
namespace optim = torch::optim;

namespace {

constexpr std::int64_t batch = 16, context = 64, vocabulary = 65, width = 128, heads = 4, layers = 4;

// As nanoGPT has it: libtorch 1.13 has no attention function of its own.
struct AttentionImpl : nn::Module {
  nn::Linear qkv = register_module("qkv", nn::Linear(width, 3 * width));
  nn::Linear out = register_module("out", nn::Linear(width, width));
  Tensor future = register_buffer("future", torch::ones({context, context}, torch::kBool).triu(1));

  Tensor forward(const Tensor& x) {
    const std::vector<Tensor> parts = qkv(x).chunk(3, -1);
    const auto by_head = [](const Tensor& t) { return t.view({batch, context, heads, width / heads}).transpose(1, 2); };
    const Tensor q = by_head(parts[0]), k = by_head(parts[1]), v = by_head(parts[2]);
    const double scale = 1 / std::sqrt(static_cast<double>(width / heads));
    const Tensor scores = (torch::matmul(q, k.transpose(-2, -1)) * scale).masked_fill(future, -INFINITY);
    const Tensor y = torch::matmul(torch::softmax(scores, -1), v);
    return out(y.transpose(1, 2).contiguous().view({batch, context, width}));
  }
};
TORCH_MODULE(Attention);

struct BlockImpl : nn::Module {
  nn::LayerNorm norm1 = register_module("norm1", nn::LayerNorm(nn::LayerNormOptions({width})));
  Attention attention = register_module("attention", Attention());
  nn::LayerNorm norm2 = register_module("norm2", nn::LayerNorm(nn::LayerNormOptions({width})));
  nn::Sequential feed_forward = register_module(
      "feed_forward", nn::Sequential(nn::Linear(width, 4 * width), nn::GELU(), nn::Linear(4 * width, width)));

  Tensor forward(const Tensor& x) {
    const Tensor h = x + attention(norm1(x));
    return h + feed_forward->forward(norm2(h));
  }
};
TORCH_MODULE(Block);

struct GPTImpl : nn::Module {
  nn::Embedding tokens = register_module("tokens", nn::Embedding(vocabulary, width));
  nn::Embedding positions = register_module("positions", nn::Embedding(context, width));
  nn::Sequential blocks = register_module("blocks", nn::Sequential());
  nn::LayerNorm norm = register_module("norm", nn::LayerNorm(nn::LayerNormOptions({width})));
  nn::Linear head = register_module("head", nn::Linear(nn::LinearOptions(width, vocabulary).bias(false)));

  GPTImpl() {
    for (std::int64_t i = 0; i < layers; ++i) blocks->push_back(Block());
  }

  Tensor forward(const Tensor& characters) {
    const Tensor place = torch::arange(context);
    return head(norm(blocks->forward(tokens(characters) + positions(place))));
  }
};
TORCH_MODULE(GPT);

}  // namespace

Program gpt() {
  GPT net;
  start(*net);
  const Tensor characters = whole({batch, context}, 1, vocabulary), next = whole({batch * context}, 2, vocabulary);
  auto adamw = std::make_shared<optim::AdamW>(net->parameters(), optim::AdamWOptions(1e-4));
  return training(adamw, [=]() mutable {
    const Tensor scores = net(characters);
    return nn::functional::cross_entropy(scores.view({-1, vocabulary}), next);
  });
}

}  // namespace benchmarks::libtorch_side
