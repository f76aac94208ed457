// ResNet-20 for images of 32x32 pixels (He et al. 2016, section 4.2), with 1x1 convolutions where a shortcut changes
// its shape (their option B).

#include <benchmarks/xtape_side.hpp>

namespace benchmarks::xtape_side {

using namespace xtape;

namespace {

nn::Conv2d conv3x3(std::size_t in, std::size_t out, std::size_t stride) {
  return nn::Conv2d(in, out, 3, {.stride = stride, .padding = 1, .bias = false});
}

struct Block : nn::Module {
  nn::Conv2d conv1, conv2;
  nn::BatchNorm2d bn1, bn2;
  nn::Sequential shortcut;  // empty where the shape stays

  Block(std::size_t in, std::size_t out, std::size_t stride)
      : conv1(add("conv1", conv3x3(in, out, stride))),
        conv2(add("conv2", conv3x3(out, out, 1))),
        bn1(add("bn1", nn::BatchNorm2d(out))),
        bn2(add("bn2", nn::BatchNorm2d(out))),
        shortcut(add("shortcut", nn::Sequential())) {
    if (in == out && stride == 1) return;
    shortcut.append(nn::Conv2d(in, out, 1, {.stride = stride, .bias = false})).append(nn::BatchNorm2d(out));
  }

  Tensor forward(const Tensor& x) override {
    const Tensor h = relu(bn1(conv1(x)));
    return relu(bn2(conv2(h)) + shortcut(x));
  }
};

nn::Sequential resnet20() {
  nn::Sequential net(conv3x3(3, 16, 1), nn::BatchNorm2d(16), nn::ReLU());
  std::size_t channels = 16;
  for (const std::size_t width : {16u, 32u, 64u}) {
    for (int block = 0; block < 3; ++block) {
      net.append(Block(channels, width, channels == width ? 1 : 2));
      channels = width;
    }
  }
  net.append(nn::AdaptiveAvgPool2d(1)).append(nn::Flatten()).append(nn::Linear(64, 10));
  return net;
}

}  // namespace

Program resnet() {
  nn::Sequential net = resnet20();
  start(net);
  const Tensor images = uniform({64, 3, 32, 32}, 1, -1, 1), classes = whole({64}, 2, 10);
  auto sgd = std::make_shared<optim::SGD>(net.parameters(),
                                          optim::SGD::Options{.lr = 0.01, .momentum = 0.9, .weight_decay = 1e-4});
  return training(sgd, [=]() mutable { return nn::cross_entropy(net(images), classes); });
}

}  // namespace benchmarks::xtape_side
