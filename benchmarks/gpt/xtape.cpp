// A small GPT (Radford et al. 2019) of characters: what comes next?

#include <benchmarks/xtape_side.hpp>

namespace benchmarks::xtape_side {

using namespace xtape;

namespace {

constexpr std::size_t batch = 16, context = 64, vocabulary = 65, width = 128, heads = 4, layers = 4;

struct Attention : nn::Module {
  nn::Linear qkv = add("qkv", nn::Linear(width, 3 * width));
  nn::Linear out = add("out", nn::Linear(width, width));

  Tensor forward(const Tensor& x) override {
    const Tensors parts = split(qkv(x), 3, -1);
    const auto by_head = [](const Tensor& t) {  // (batch, context, width) -> (batch, heads, context, width / heads)
      return swapaxes(reshape(t, {batch, context, heads, width / heads}), 1, 2);
    };
    const Tensor y =
        scaled_dot_product_attention(by_head(parts[0]), by_head(parts[1]), by_head(parts[2]), {.causal = true});
    return out(reshape(swapaxes(y, 1, 2), {batch, context, width}));
  }
};

struct Block : nn::Module {
  nn::LayerNorm norm1 = add("norm1", nn::LayerNorm(width));
  Attention attention = add("attention", Attention());
  nn::LayerNorm norm2 = add("norm2", nn::LayerNorm(width));
  nn::Sequential feed_forward =
      add("feed_forward", nn::Sequential(nn::Linear(width, 4 * width), nn::GELU(), nn::Linear(4 * width, width)));

  Tensor forward(const Tensor& x) override {
    const Tensor h = x + attention(norm1(x));
    return h + feed_forward(norm2(h));
  }
};

struct GPT : nn::Module {
  nn::Embedding tokens = add("tokens", nn::Embedding(vocabulary, width));
  nn::Embedding positions = add("positions", nn::Embedding(context, width));
  nn::Sequential blocks = add("blocks", nn::Sequential());
  nn::LayerNorm norm = add("norm", nn::LayerNorm(width));
  nn::Linear head = add("head", nn::Linear(width, vocabulary, {.bias = false}));

  GPT() {
    for (std::size_t i = 0; i < layers; ++i) blocks.append(Block());
  }

  Tensor forward(const Tensor& characters) override {
    const Tensor place = arange(context, {.dtype = int64});
    return head(norm(blocks(tokens(characters) + positions(place))));
  }
};

}  // namespace

Program gpt() {
  GPT net;
  start(net);
  const Tensor characters = whole({batch, context}, 1, vocabulary), next = whole({batch * context}, 2, vocabulary);
  auto adamw = std::make_shared<optim::AdamW>(net.parameters(), optim::AdamW::Options{.lr = 1e-4});
  return training(adamw, [=]() mutable {
    const Tensor scores = net(characters);
    return nn::cross_entropy(reshape(scores, {-1, vocabulary}), next);
  });
}

}  // namespace benchmarks::xtape_side
