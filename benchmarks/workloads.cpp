#include <benchmarks/workloads.hpp>

#include <algorithm>
#include <stdexcept>

#include <benchmarks/work.hpp>

// This source is compiled once for each side, which makes its own programs only, and once for the program that runs the
// sides, which makes none.
#define XTAPE_MAKER(program) [=] { return program; }
#if defined(XTAPE_SIDE_XTAPE)
#define XTAPE_SIDES(xtape, libtorch, by_hand) xtape
#elif defined(XTAPE_SIDE_LIBTORCH)
#define XTAPE_SIDES(xtape, libtorch, by_hand) libtorch
#elif defined(XTAPE_SIDE_BY_HAND)
#define XTAPE_SIDES(xtape, libtorch, by_hand) by_hand
#else
#define XTAPE_SIDES(xtape, libtorch, by_hand) Maker()
#endif
#define XTAPE_BOTH(program) XTAPE_SIDES(XTAPE_MAKER(xtape_side::program), XTAPE_MAKER(libtorch_side::program), Maker())
#define XTAPE_THREE(fused, program) \
  XTAPE_SIDES(XTAPE_MAKER(xtape_side::fused), XTAPE_MAKER(libtorch_side::program), XTAPE_MAKER(by_hand::program))
#define XTAPE_ALONE(program) XTAPE_SIDES(XTAPE_MAKER(xtape_side::program), Maker(), Maker())
#define XTAPE_BY_HAND(program) XTAPE_SIDES(Maker(), Maker(), XTAPE_MAKER(by_hand::program))

namespace benchmarks {

namespace xtape_side {
Program fused_wave(std::size_t count);
Program fused_polynomial(std::size_t count);
Program mnist_epoch();
}  // namespace xtape_side

#define XTAPE_DECLARE(side)                           \
  namespace side {                                    \
  Program scalar_graph();                             \
  Program wave(std::size_t count);                    \
  Program polynomial(std::size_t count);              \
  Program black_scholes(std::size_t count);           \
  Program two_layer_net();                            \
  Program mlp();                                      \
  Program simple_conv_net();                          \
  Program deep_conv_net();                            \
  Program deep_conv_net_inference(std::size_t batch); \
  Program resnet();                                   \
  Program gpt();                                      \
  Program lstm();                                     \
  Program chain(std::size_t nodes);                   \
  Program array(std::size_t count);                   \
  }
XTAPE_DECLARE(xtape_side)
XTAPE_DECLARE(libtorch_side)
#undef XTAPE_DECLARE

namespace by_hand {
Program matrix_product(std::size_t size);
Program triad(std::size_t count);
Program wave(std::size_t count);
Program polynomial(std::size_t count);
}  // namespace by_hand

namespace {

struct Size {
  const char* name;
  std::size_t count;
  double plain_target, fused_target;
};

// Four arrays are read twice, and four gradients written. Smaller arrays stay in the caches.
Work traffic(std::size_t count) { return {0, count < 1000000 ? 0 : static_cast<double>(count) * 12 * sizeof(float)}; }

void add_expressions(std::vector<Workload>& list) {
  const std::string end = ", four gradients, float32; forward + backward";
  for (const Size& size : {Size{"1k", 1000, 10, 12}, Size{"100k", 100000, 1.7, 3}, Size{"4M", 4000000, 1.4, 3}}) {
    const std::size_t n = size.count;
    const std::string what = "sum(tanh(a * b + c) * exp(-d * d))" + end, name = "wave_" + std::string(size.name);
    list.push_back({name, what + "; plain operations", 1e-4, size.plain_target, XTAPE_BOTH(wave(n)), traffic(n)});
    list.push_back({name + "_fused", what + "; one fuse()", 1e-4, size.fused_target,
                    XTAPE_THREE(fused_wave(n), wave(n)), traffic(n), true});
  }
  for (const Size& size : {Size{"1k", 1000, 20, 30}, Size{"100k", 100000, 1.5, 2.5}, Size{"4M", 4000000, 1.4, 4}}) {
    const std::size_t n = size.count;
    const std::string what = "sum((a * b + c) * (a - d) + b * d)" + end, name = "polynomial_" + std::string(size.name);
    list.push_back({name, what + "; plain operations", 1e-5, size.plain_target, XTAPE_BOTH(polynomial(n)), traffic(n)});
    list.push_back({name + "_fused", what + "; one fuse()", 1e-5, size.fused_target,
                    XTAPE_THREE(fused_polynomial(n), polynomial(n)), traffic(n), true});
  }
}

double deep_conv_net_flops(double batch, Pass first, Pass rest) {
  return convolution(batch, 1, 16, 3, 28, first) + convolution(batch, 16, 16, 3, 28, rest) +
         convolution(batch, 16, 32, 3, 14, rest) + convolution(batch, 32, 32, 3, 16, rest) +
         convolution(batch, 32, 64, 3, 8, rest) + convolution(batch, 64, 64, 3, 8, rest) +
         linear(batch, 1024, 50, rest) + linear(batch, 50, 10, rest);
}

double resnet_flops(double batch) {
  const auto shortcut = [&](double in, double out, double side) { return convolution(batch, in, out, 1, side); };
  return convolution(batch, 3, 16, 3, 32, Pass::first_layer) + 6 * convolution(batch, 16, 16, 3, 32) +
         convolution(batch, 16, 32, 3, 16) + 5 * convolution(batch, 32, 32, 3, 16) + shortcut(16, 32, 16) +
         convolution(batch, 32, 64, 3, 8) + 5 * convolution(batch, 64, 64, 3, 8) + shortcut(32, 64, 8) +
         linear(batch, 64, 10);
}

double gpt_flops(double batch, double context, double width, double layers, double vocabulary) {
  const double rows = batch * context;
  const double attention = 2 * linear(rows, width, context);  // scores and mixture; the mask's half is counted, too
  return layers * (linear(rows, width, 4 * width) + attention + linear(rows, width, 8 * width)) +
         linear(rows, width, vocabulary);
}

void add_networks(std::vector<Workload>& list) {
  constexpr Pass first = Pass::first_layer;
  list.push_back({"two_layer_net", "784-50-10, sigmoid, batch 100, SGD; a training step", 1e-4, 1.6,
                  XTAPE_BOTH(two_layer_net()), Work{linear(100, 784, 50, first) + linear(100, 50, 10)}});
  list.push_back({"mlp", "784-256-128-10, ReLU, batch 128, Adam; a training step", 1e-3, 1.5, XTAPE_BOTH(mlp()),
                  Work{linear(128, 784, 256, first) + linear(128, 256, 128) + linear(128, 128, 10)}});
  list.push_back({"simple_conv_net", "conv 30x5x5, ReLU, max pool 2, 100, 10; batch 100, Adam; a training step", 1e-3,
                  2, XTAPE_BOTH(simple_conv_net()),
                  Work{convolution(100, 1, 30, 5, 24, first) + linear(100, 4320, 100) + linear(100, 100, 10)}});
  list.push_back({"deep_conv_net", "six 3x3 convolutions, 16 to 64 channels; batch 100, Adam; a training step", 1e-3,
                  1.15, XTAPE_BOTH(deep_conv_net()), Work{deep_conv_net_flops(100, first, Pass::training)}});
  for (const auto& [batch, target] : {std::pair<std::size_t, double>{1, 2}, {100, 1.2}}) {
    const std::size_t n = batch;
    list.push_back({"deep_conv_net_infer_" + std::to_string(n), "its forward pass; batch " + std::to_string(n), 1e-4,
                    target, XTAPE_BOTH(deep_conv_net_inference(n)),
                    Work{deep_conv_net_flops(static_cast<double>(n), Pass::forward, Pass::forward)}});
  }
  // Of the millions of inputs of its ReLUs some are 0 up to rounding: such a place passes a gradient on one side alone.
  list.push_back({"resnet20", "ResNet-20, 3x32x32, batch 64, SGD with momentum; a training step", 2e-2, 1.15,
                  XTAPE_BOTH(resnet()), Work{resnet_flops(64)}});
  list.push_back({"gpt", "4 layers, width 128, 4 heads, context 64, batch 16, AdamW; a training step", 1e-3, 1.5,
                  XTAPE_BOTH(gpt()), Work{gpt_flops(16, 64, 128, 4, 65)}});
  list.push_back({"lstm", "language model, width 100, 35 steps, batch 20, 1000 words, SGD; a training step", 1e-3, 2.4,
                  XTAPE_BOTH(lstm()), Work{linear(35 * 20, 200, 400) + linear(35 * 20, 100, 1000)}});
}

}  // namespace

std::vector<Workload> workloads() {
  std::vector<Workload> list{{"scalar_graph",
                              "z = x; 30 times z = tanh(z * y + x); 0-d float64, forward + backward, graph rebuilt",
                              1e-12, 30, XTAPE_BOTH(scalar_graph())}};
  add_expressions(list);
  list.push_back({"black_scholes", "price of 100 000 calls and five sensitivities, float32; one fuse()", 1e-3, 5,
                  XTAPE_BOTH(black_scholes(100000))});
  add_networks(list);
  list.push_back({"mnist_epoch", "60 000 images, cropped at random and normalised by two workers; beside a DataLoader",
                  1e-2, 3, XTAPE_ALONE(mnist_epoch()), Work{}, false, "mnist_epoch/pytorch.py", 60000});
  return list;
}

std::vector<Workload> limits() {
  constexpr std::size_t size = 1024, count = 64000000;
  return {{"matrix_product", "sgemm, 1024 x 1024 x 1024", 0, 0, XTAPE_BY_HAND(matrix_product(size)),
           Work{2.0 * size * size * size, 0}},
          {"triad", "a = b + s c, three arrays of 256 MB", 0, 0, XTAPE_BY_HAND(triad(count)),
           Work{0, 3.0 * sizeof(float) * count}}};
}

std::vector<Workload> growth() {
  std::vector<Workload> list;
  for (std::size_t nodes = 10; nodes <= 1000000; nodes *= 10) {
    list.push_back(
        {"chain_" + std::to_string(nodes), "z = sin(z), 0-d float32, 1 thread", 1e-3, 0, XTAPE_BOTH(chain(nodes))});
  }
  for (std::size_t count = 1; count <= 100000000; count *= 10) {
    list.push_back(
        {"array_" + std::to_string(count), "sum(x * tanh(x)), float32, 1 thread", 1e-4, 0, XTAPE_BOTH(array(count))});
  }
  return list;
}

Workload workload(const std::string& name) {
  std::vector<Workload> all = workloads();
  for (const auto& others : {limits(), growth()}) all.insert(all.end(), others.begin(), others.end());
  const auto found = std::find_if(all.begin(), all.end(), [&](const Workload& w) { return w.name == name; });
  if (found == all.end()) throw std::invalid_argument("there is no workload " + name + "; --list names them");
  return *found;
}

}  // namespace benchmarks
