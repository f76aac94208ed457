#include <benchmarks/libtorch_side.hpp>

#include <torch/version.h>
#include <cmath>

namespace benchmarks {

std::string about() { return "libtorch " TORCH_VERSION; }

}  // namespace benchmarks

namespace benchmarks::libtorch_side {

using torch::Tensor;

namespace {

std::size_t size_of(torch::IntArrayRef shape) { return static_cast<std::size_t>(c10::multiply_integers(shape)); }

}  // namespace

Tensor uniform(torch::IntArrayRef shape, unsigned seed, float low, float high) {
  return torch::tensor(numbers(size_of(shape), seed, low, high)).view(shape);
}

Tensor whole(torch::IntArrayRef shape, unsigned seed, std::size_t limit) {
  return torch::tensor(whole_numbers(size_of(shape), seed, limit)).view(shape);
}

void start(const torch::nn::Module& network) {
  const torch::NoGradGuard guard;
  unsigned seed = 1000;
  for (const auto& named : network.named_parameters()) {
    const Tensor& parameter = named.value();
    if (parameter.dim() > 1) {
      const auto fan_in = static_cast<float>(parameter.numel() / parameter.size(0));
      parameter.copy_(uniform(parameter.sizes(), seed++, -1 / std::sqrt(fan_in), 1 / std::sqrt(fan_in)));
    } else if (named.key().find("bias") != std::string::npos) {
      parameter.zero_();
    }
  }
}

Program training(std::shared_ptr<torch::optim::Optimizer> optimizer, std::function<Tensor()> loss) {
  const auto last = std::make_shared<Tensor>();
  return {[=] {
            optimizer->zero_grad();
            *last = loss();
            last->backward();
            optimizer->step();
          },
          [=] {
            Results results = gradients(optimizer->param_groups()[0].params());
            results.push_back({last->item<double>()});
            return results;
          }};
}

Program inference(std::function<Tensor()> forward) {
  const auto last = std::make_shared<Tensor>();
  return {
      [=] {
        const torch::NoGradGuard guard;
        *last = forward();
      },
      [=] { return Results{sample(last->contiguous().data_ptr<float>(), static_cast<std::size_t>(last->numel()))}; }};
}

Results gradients(const std::vector<Tensor>& parameters) {
  Results results;
  for (const Tensor& parameter : parameters) {
    const Tensor gradient = parameter.grad().contiguous();
    results.push_back(sample(gradient.data_ptr<float>(), static_cast<std::size_t>(gradient.numel())));
  }
  return results;
}

}  // namespace benchmarks::libtorch_side
