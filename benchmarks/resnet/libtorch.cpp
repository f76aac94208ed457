#include <benchmarks/libtorch_side.hpp>

namespace benchmarks::libtorch_side {

using torch::Tensor;
namespace nn = torch::nn;
namespace optim = torch::optim;

namespace {

nn::Conv2d conv3x3(std::int64_t in, std::int64_t out, std::int64_t stride) {
  return nn::Conv2d(nn::Conv2dOptions(in, out, 3).stride(stride).padding(1).bias(false));
}

struct BlockImpl : nn::Module {
  nn::Conv2d conv1, conv2;
  nn::BatchNorm2d bn1, bn2;
  nn::Sequential shortcut;  // empty where the shape stays

  BlockImpl(std::int64_t in, std::int64_t out, std::int64_t stride)
      : conv1(register_module("conv1", conv3x3(in, out, stride))),
        conv2(register_module("conv2", conv3x3(out, out, 1))),
        bn1(register_module("bn1", nn::BatchNorm2d(out))),
        bn2(register_module("bn2", nn::BatchNorm2d(out))),
        shortcut(register_module("shortcut", nn::Sequential())) {
    if (in == out && stride == 1) return;
    shortcut->push_back(nn::Conv2d(nn::Conv2dOptions(in, out, 1).stride(stride).bias(false)));
    shortcut->push_back(nn::BatchNorm2d(out));
  }

  Tensor forward(const Tensor& x) {
    const Tensor h = torch::relu(bn1(conv1(x)));
    return torch::relu(bn2(conv2(h)) + (shortcut->is_empty() ? x : shortcut->forward(x)));
  }
};
TORCH_MODULE(Block);

nn::Sequential resnet20() {
  nn::Sequential net(conv3x3(3, 16, 1), nn::BatchNorm2d(16), nn::ReLU());
  std::int64_t channels = 16;
  for (const std::int64_t width : {16, 32, 64}) {
    for (int block = 0; block < 3; ++block) {
      net->push_back(Block(channels, width, channels == width ? 1 : 2));
      channels = width;
    }
  }
  net->push_back(nn::AdaptiveAvgPool2d(1));
  net->push_back(nn::Flatten());
  net->push_back(nn::Linear(64, 10));
  return net;
}

}  // namespace

Program resnet() {
  nn::Sequential net = resnet20();
  start(*net);
  const Tensor images = uniform({64, 3, 32, 32}, 1, -1, 1), classes = whole({64}, 2, 10);
  auto sgd = std::make_shared<optim::SGD>(net->parameters(), optim::SGDOptions(0.01).momentum(0.9).weight_decay(1e-4));
  return training(sgd, [=]() mutable { return nn::functional::cross_entropy(net->forward(images), classes); });
}

}  // namespace benchmarks::libtorch_side
