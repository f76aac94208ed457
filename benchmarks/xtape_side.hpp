#pragma once

#include <memory>
#include <xtape.hpp>

#include <benchmarks/workload.hpp>

/// What the workloads have in common in xtape; libtorch_side.hpp has the same for libtorch.
namespace benchmarks::xtape_side {

/// A tensor of numbers() in [low, high).
xtape::Tensor uniform(const xtape::Shape& shape, unsigned seed, float low, float high);
/// A tensor of whole_numbers() below `limit`.
xtape::Tensor whole(const xtape::Shape& shape, unsigned seed, std::size_t limit);

/// Gives a network the weights that both sides start from: kernels, matrices and tables uniform in [-b, b], b = 1 /
/// sqrt(size / size of the first axis), and biases 0; the scales of normalisations stay 1.
void start(const xtape::nn::Module& network);

/// The training step of every network: forward, backward, update. The results are the loss and the gradients.
Program training(std::shared_ptr<xtape::optim::Optimizer> optimizer, std::function<xtape::Tensor()> loss);

/// Forward alone, nothing recorded. The results are the outputs.
Program inference(std::function<xtape::Tensor()> forward);

/// A few values of each gradient.
Results gradients(const xtape::Tensors& parameters);

}  // namespace benchmarks::xtape_side
