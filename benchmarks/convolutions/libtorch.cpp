#include <benchmarks/libtorch_side.hpp>

namespace benchmarks::libtorch_side {

using torch::Tensor;
namespace nn = torch::nn;
namespace optim = torch::optim;

namespace {

nn::Conv2d conv(std::int64_t in, std::int64_t out, std::int64_t padding) {
  return nn::Conv2d(nn::Conv2dOptions(in, out, 3).padding(padding));
}

nn::Sequential deep_net() {
  nn::Sequential net(conv(1, 16, 1), nn::ReLU(),       //
                     conv(16, 16, 1), nn::ReLU(),      //
                     nn::MaxPool2d(2),                 //
                     conv(16, 32, 1), nn::ReLU(),      //
                     conv(32, 32, 2), nn::ReLU(),      //
                     nn::MaxPool2d(2),                 //
                     conv(32, 64, 1), nn::ReLU(),      //
                     conv(64, 64, 1), nn::ReLU(),      //
                     nn::MaxPool2d(2), nn::Flatten(),  //
                     nn::Linear(64 * 4 * 4, 50), nn::ReLU(), nn::Linear(50, 10));
  start(*net);
  return net;
}

Program train(nn::Sequential net) {
  const Tensor images = uniform({100, 1, 28, 28}, 1, 0, 1), digits = whole({100}, 2, 10);
  auto adam = std::make_shared<optim::Adam>(net->parameters(), optim::AdamOptions(1e-4));
  return training(adam, [=]() mutable { return nn::functional::cross_entropy(net->forward(images), digits); });
}

}  // namespace

Program simple_conv_net() {
  nn::Sequential net(nn::Conv2d(1, 30, 5), nn::ReLU(), nn::MaxPool2d(2), nn::Flatten(),  //
                     nn::Linear(30 * 12 * 12, 100), nn::ReLU(), nn::Linear(100, 10));
  start(*net);
  return train(net);
}

Program deep_conv_net() { return train(deep_net()); }

Program deep_conv_net_inference(std::size_t batch) {
  nn::Sequential net = deep_net();
  net->eval();
  const Tensor images = uniform({static_cast<std::int64_t>(batch), 1, 28, 28}, 1, 0, 1);
  return inference([=]() mutable { return net->forward(images); });
}

}  // namespace benchmarks::libtorch_side
