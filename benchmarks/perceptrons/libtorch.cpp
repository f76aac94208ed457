#include <benchmarks/libtorch_side.hpp>

namespace benchmarks::libtorch_side {

using torch::Tensor;
namespace nn = torch::nn;
namespace optim = torch::optim;

Program two_layer_net() {
  nn::Sequential net(nn::Linear(784, 50), nn::Sigmoid(), nn::Linear(50, 10));
  start(*net);
  const Tensor images = uniform({100, 784}, 1, 0, 1), digits = whole({100}, 2, 10);
  auto sgd = std::make_shared<optim::SGD>(net->parameters(), optim::SGDOptions(0.01));
  return training(sgd, [=]() mutable { return nn::functional::cross_entropy(net->forward(images), digits); });
}

Program mlp() {
  nn::Sequential net(nn::Linear(784, 256), nn::ReLU(), nn::Linear(256, 128), nn::ReLU(), nn::Linear(128, 10));
  start(*net);
  const Tensor images = uniform({128, 784}, 1, 0, 1), digits = whole({128}, 2, 10);
  auto adam = std::make_shared<optim::Adam>(net->parameters(), optim::AdamOptions(1e-4));
  return training(adam, [=]() mutable { return nn::functional::cross_entropy(net->forward(images), digits); });
}

}  // namespace benchmarks::libtorch_side
