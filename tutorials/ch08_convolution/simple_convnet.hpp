// The network of simple_convnet.cpp: one convolution, pooling, two affine layers.
#pragma once

#include <xtape.hpp>

using namespace xtape;

struct SimpleConvNet : nn::Module {
  nn::Conv2d conv;
  nn::Linear hidden, output;

  // `side` of the images, `filters` of size `kernel`.
  SimpleConvNet(std::size_t side, std::size_t filters, std::size_t kernel)
      : conv(add("conv", nn::Conv2d(1, filters, kernel))),
        hidden(add("hidden", nn::Linear(filters * ((side - kernel + 1) / 2) * ((side - kernel + 1) / 2), 100))),
        output(add("output", nn::Linear(100, 10))) {}

  Tensor forward(const Tensor& x) override {
    const Tensor pooled = max_pool2d(relu(conv(x)), 2);
    return output(relu(hidden(flatten(pooled, 1))));
  }
};

// The class that the network gives to each image.
inline Tensor classify(nn::Module& net, const Tensor& images) {
  const NoGrad guard;
  Tensors classes;
  for (const Tensor& batch : chunk(images, (images.shape(0) + 499) / 500)) classes.push_back(argmax(net(batch), 1));
  return concatenate(classes);
}

// The share of the images that get their label.
inline double accuracy(nn::Module& net, const data::Dataset& data) {
  return mean(astype(equal(classify(net, data.inputs()), data.targets()), float64)).item();
}
