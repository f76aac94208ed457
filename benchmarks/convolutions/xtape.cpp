// The convolutional networks of "Deep Learning from Scratch", chapters 7 and 8, on images of 28x28 pixels.

#include <benchmarks/xtape_side.hpp>

namespace benchmarks::xtape_side {

using namespace xtape;

namespace {

nn::Sequential deep_net() {
  nn::Sequential net(nn::Conv2d(1, 16, 3, {.padding = 1}), nn::ReLU(),   //
                     nn::Conv2d(16, 16, 3, {.padding = 1}), nn::ReLU(),  //
                     nn::MaxPool2d(2),                                   //
                     nn::Conv2d(16, 32, 3, {.padding = 1}), nn::ReLU(),  //
                     nn::Conv2d(32, 32, 3, {.padding = 2}), nn::ReLU(),  //
                     nn::MaxPool2d(2),                                   //
                     nn::Conv2d(32, 64, 3, {.padding = 1}), nn::ReLU(),  //
                     nn::Conv2d(64, 64, 3, {.padding = 1}), nn::ReLU(),  //
                     nn::MaxPool2d(2), nn::Flatten(),                    //
                     nn::Linear(64 * 4 * 4, 50), nn::ReLU(), nn::Linear(50, 10));
  start(net);
  return net;
}

Program train(nn::Sequential net) {
  const Tensor images = uniform({100, 1, 28, 28}, 1, 0, 1), digits = whole({100}, 2, 10);
  auto adam = std::make_shared<optim::Adam>(net.parameters(), optim::Adam::Options{.lr = 1e-4});
  return training(adam, [=]() mutable { return nn::cross_entropy(net(images), digits); });
}

}  // namespace

Program simple_conv_net() {
  nn::Sequential net(nn::Conv2d(1, 30, 5), nn::ReLU(), nn::MaxPool2d(2), nn::Flatten(),  //
                     nn::Linear(30 * 12 * 12, 100), nn::ReLU(), nn::Linear(100, 10));
  start(net);
  return train(net);
}

Program deep_conv_net() { return train(deep_net()); }

Program deep_conv_net_inference(std::size_t batch) {
  nn::Sequential net = deep_net();
  net.eval();
  const Tensor images = uniform({batch, 1, 28, 28}, 1, 0, 1);
  return inference([=]() mutable { return net(images); });
}

}  // namespace benchmarks::xtape_side
