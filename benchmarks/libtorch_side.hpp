#pragma once

#include <torch/nn.h>
#include <torch/optim.h>
#include <memory>

#include <benchmarks/workload.hpp>

/// What the workloads have in common in libtorch; xtape_side.hpp has the same for xtape, and says more.
namespace benchmarks::libtorch_side {

torch::Tensor uniform(torch::IntArrayRef shape, unsigned seed, float low, float high);
torch::Tensor whole(torch::IntArrayRef shape, unsigned seed, std::size_t limit);

void start(const torch::nn::Module& network);
Program training(std::shared_ptr<torch::optim::Optimizer> optimizer, std::function<torch::Tensor()> loss);
Program inference(std::function<torch::Tensor()> forward);
Results gradients(const std::vector<torch::Tensor>& parameters);

}  // namespace benchmarks::libtorch_side
