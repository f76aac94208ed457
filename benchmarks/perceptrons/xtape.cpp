// Networks of fully connected layers, trained on images of 28x28 pixels.

#include <benchmarks/xtape_side.hpp>

namespace benchmarks::xtape_side {

using namespace xtape;

// The network of "Deep Learning from Scratch", chapters 4 and 5.
Program two_layer_net() {
  nn::Sequential net(nn::Linear(784, 50), nn::Sigmoid(), nn::Linear(50, 10));
  start(net);
  const Tensor images = uniform({100, 784}, 1, 0, 1), digits = whole({100}, 2, 10);
  auto sgd = std::make_shared<optim::SGD>(net.parameters(), optim::SGD::Options{.lr = 0.01});
  return training(sgd, [=]() mutable { return nn::cross_entropy(net(images), digits); });
}

Program mlp() {
  nn::Sequential net(nn::Linear(784, 256), nn::ReLU(), nn::Linear(256, 128), nn::ReLU(), nn::Linear(128, 10));
  start(net);
  const Tensor images = uniform({128, 784}, 1, 0, 1), digits = whole({128}, 2, 10);
  auto adam = std::make_shared<optim::Adam>(net.parameters(), optim::Adam::Options{.lr = 1e-4});
  return training(adam, [=]() mutable { return nn::cross_entropy(net(images), digits); });
}

}  // namespace benchmarks::xtape_side
