#pragma once

// What the models of characters in this chapter share: the text, and how they are trained, tested and asked to write.

#include <plot/plot.hpp>
#include <xtape.hpp>

#include <cstdio>
#include <string>

namespace reading {

using namespace xtape;

inline constexpr const char* speech = R"(All the world's a stage,
And all the men and women merely players;
They have their exits and their entrances,
And one man in his time plays many parts,
His acts being seven ages. At first, the infant,
Mewling and puking in the nurse's arms.
Then the whining schoolboy, with his satchel
And shining morning face, creeping like snail
Unwillingly to school. And then the lover,
Sighing like furnace, with a woeful ballad
Made to his mistress' eyebrow.
)";

/// Sizes of a GPT and of its training.
struct Plan {
  std::size_t width, heads, layers, context, batch;
  int steps;
  double lr;
};
// The mean loss over the last `counted` places of windows (N, length + 1), or over as many as the model has scores for.
inline Tensor loss_of(nn::Module& net, const Tensor& windows, std::size_t counted) {
  const int length = static_cast<int>(windows.shape(1)) - 1;
  const Tensor all = net(view(windows, {xt::all(), xt::range(0, length)}));
  const int places = static_cast<int>(std::min(counted, all.shape(1))), scored = static_cast<int>(all.shape(1));
  const Tensor scores = view(all, {xt::all(), xt::range(scored - places, scored)});
  const Tensor next = view(windows, {xt::all(), xt::range(length + 1 - places, length + 1)});
  return nn::cross_entropy(reshape(scores, {-1, scores.shape(2)}), reshape(next, {-1}));
}

// Windows that begin at these places.
inline Tensor windows_at(const Tensor& ids, const Tensor& places, std::size_t length) {
  return take(ids, expand_dims(places, 1) + arange(static_cast<double>(length), {.dtype = int64}));
}

inline void train(const char* name, nn::Module& net, const Tensor& learned, const Tensor& tested, const Plan& plan,
                  plot::Axes& axes) {
  const std::size_t length = plan.context + 1;
  optim::AdamW adam(net.parameters(), {.lr = plan.lr});
  std::vector<double> steps, losses;
  const auto test_loss = [&] {
    const NoGrad guard;
    const Tensor places = astype(linspace(0.0, static_cast<double>(tested.size() - length), 50), int64);
    return loss_of(net, windows_at(tested, places, length), plan.context - 7).item();  // as many as both models score
  };
  for (int step = 0;; ++step) {
    if (step % (plan.steps / 20) == 0) steps.push_back(step), losses.push_back(test_loss());
    if (step == plan.steps) break;
    const auto last = static_cast<std::int64_t>(learned.size() - length);
    const Tensor loss = loss_of(net, windows_at(learned, randint(0, last + 1, {plan.batch}), length), plan.context);
    adam.zero_grad();
    loss.backward();
    optim::clip_grad_norm(net.parameters(), 1.0);
    adam.step();
  }
  std::printf("%-12s %10zu %9.3f\n", name, net.parameter_count(), losses.back());
  axes.line(steps, losses, {.label = name});
}

// The likeliest character, again and again.
inline std::string write(nn::Module& net, const data::Vocabulary& vocabulary, std::string text, std::size_t count,
                         int seen) {
  const NoGrad guard;
  for (std::size_t i = 0; i < count; ++i) {
    const Tensor ids = vocabulary.encode(data::characters(text));
    const int end = static_cast<int>(ids.size());
    const Tensor scores = net(expand_dims(view(ids, {xt::range(std::max(0, end - seen), end)}), 0));
    text += vocabulary.token(argmax(view(scores, {0, -1})).item<std::int64_t>());
  }
  return text;
}

}  // namespace reading
