// A program as a user would write it, for footprint.sh: a convolutional autoencoder and a classifier of what it found.

#include <xtape.hpp>

#include <cstdio>
#include <iostream>
#include <string>

using namespace xtape;

namespace {

constexpr std::size_t code_size = 16;

struct Encoder : nn::Module {
  nn::Conv2d conv1 = add("conv1", nn::Conv2d(1, 8, 3, {.stride = 2, .padding = 1}));
  nn::BatchNorm2d norm1 = add("norm1", nn::BatchNorm2d(8));
  nn::Conv2d conv2 = add("conv2", nn::Conv2d(8, 16, 3, {.stride = 2, .padding = 1}));
  nn::BatchNorm2d norm2 = add("norm2", nn::BatchNorm2d(16));
  nn::Linear to_code = add("to_code", nn::Linear(16 * 2 * 2, code_size));

  Tensor forward(const Tensor& x) override {
    Tensor h = relu(norm1(conv1(x)));
    h = relu(norm2(conv2(h)));
    return tanh(to_code(flatten(h, 1)));
  }
};

struct Decoder : nn::Module {
  nn::Linear from_code = add("from_code", nn::Linear(code_size, 16 * 2 * 2));
  nn::ConvTranspose2d up1 = add("up1", nn::ConvTranspose2d(16, 8, 4, {.stride = 2, .padding = 1}));
  nn::ConvTranspose2d up2 = add("up2", nn::ConvTranspose2d(8, 1, 4, {.stride = 2, .padding = 1}));

  Tensor forward(const Tensor& code) override {
    const Tensor h = reshape(relu(from_code(code)), {-1, 16, 2, 2});
    return sigmoid(up2(relu(up1(h))));
  }
};

struct Autoencoder : nn::Module {
  Encoder encoder = add("encoder", Encoder());
  Decoder decoder = add("decoder", Decoder());

  Tensor forward(const Tensor& x) override { return decoder(encoder(x)); }
};

// Pixels close to an edge count less.
const auto weighted_error = fuse("weighted_error", [](auto x, auto y, auto weight) {
  const auto difference = x - y;
  return weight * difference * difference;
});

Tensor edge_weights() {
  xt::xarray<float> weights = xt::ones<float>({8, 8});
  for (std::size_t i = 0; i < 8; ++i) weights(0, i) = weights(7, i) = weights(i, 0) = weights(i, 7) = 0.5f;
  return weights;
}

Tensor as_images(const Tensor& x) { return reshape(x, {-1, 1, 8, 8}); }

double train_autoencoder(Autoencoder& net, data::DataLoader& loader, optim::Optimizer& optimizer) {
  const Tensor weights = edge_weights();
  double total = 0;
  std::size_t batches = 0;
  for (const auto& [x, t] : loader) {
    optimizer.zero_grad();
    const Tensor images = as_images(x);
    const Tensor loss = mean(weighted_error(net(images), images, weights));
    loss.backward();
    optim::clip_grad_norm(net.parameters(), 1.0);
    optimizer.step();
    total += loss.item();
    ++batches;
  }
  return total / static_cast<double>(batches);
}

double train_classifier(nn::Sequential& head, const Tensor& codes, const Tensor& targets, int steps) {
  optim::SGD optimizer(head.parameters(), {.lr = 0.5, .momentum = 0.9});
  optim::StepLR schedule(optimizer, {.step_size = 50});
  for (int step = 0; step < steps; ++step) {
    optimizer.zero_grad();
    nn::cross_entropy(head(codes), targets, {.label_smoothing = 0.05}).backward();
    optimizer.step();
    schedule.step();
  }
  return nn::accuracy(head(codes), targets);
}

}  // namespace

int main() {
  auto [train, test] = data::digits();
  Autoencoder net;
  optim::Adam optimizer(net.parameters(), {.lr = 2e-3});
  data::DataLoader loader(train, {.batch_size = 64, .shuffle = true, .seed = 1, .workers = 1});
  for (int epoch = 0; epoch < 5; ++epoch) std::printf("loss %.4f\n", train_autoencoder(net, loader, optimizer));

  net.eval();
  const Tensor codes = net.encoder(as_images(train.inputs())).detach();
  nn::Sequential head(nn::Linear(code_size, 32), nn::ReLU(), nn::Dropout(0.1), nn::Linear(32, 10));
  std::cout << "accuracy " << train_classifier(head, codes, train.targets(), 150) << '\n';
  save("autoencoder.safetensors", net.state_dict());
  std::cout << codes.shape(0) << " codes, the first: " << codes(0, 0) << '\n';
}
