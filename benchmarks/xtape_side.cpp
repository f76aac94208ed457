#include <benchmarks/xtape_side.hpp>

#include <cmath>

#include <autograd/kernels/simd_level.hpp>

namespace benchmarks {

std::string about() { return std::string("xtape with ") + xtape::kernels::to_string(xtape::kernels::simd_level()); }

}  // namespace benchmarks

namespace benchmarks::xtape_side {

using namespace xtape;

Tensor uniform(const Shape& shape, unsigned seed, float low, float high) {
  const std::vector<float> values = numbers(element_count(shape), seed, low, high);
  return reshape(Tensor(xt::adapt(values, std::vector<std::size_t>{values.size()})), shape);
}

Tensor whole(const Shape& shape, unsigned seed, std::size_t limit) {
  const std::vector<std::int64_t> values = whole_numbers(element_count(shape), seed, limit);
  return reshape(Tensor(xt::adapt(values, std::vector<std::size_t>{values.size()})), shape);
}

void start(const nn::Module& network) {
  const NoGrad guard;
  unsigned seed = 1000;
  for (const auto& [name, parameter] : network.named_parameters()) {
    if (parameter.dimension() > 1) {
      const auto fan_in = static_cast<float>(parameter.size() / parameter.shape()[0]);
      parameter.assign(uniform(parameter.shape(), seed++, -1 / std::sqrt(fan_in), 1 / std::sqrt(fan_in)));
    } else if (name.find("bias") != std::string::npos) {
      nn::init::zeros_(parameter);
    }
  }
}

Program training(std::shared_ptr<optim::Optimizer> optimizer, std::function<Tensor()> loss) {
  const auto last = std::make_shared<Tensor>();
  return {[=] {
            optimizer->zero_grad();
            *last = loss();
            last->backward();
            optimizer->step();
          },
          [=] {
            Results results = gradients(optimizer->parameters());
            results.push_back({last->item()});
            return results;
          }};
}

Program inference(std::function<Tensor()> forward) {
  const auto last = std::make_shared<Tensor>();
  return {[=] {
            const NoGrad guard;
            *last = forward();
          },
          [=] { return Results{sample(last->data<float>(), last->size())}; }};
}

Results gradients(const Tensors& parameters) {
  Results results;
  for (const Tensor& parameter : parameters) {
    const Tensor gradient = parameter.grad().contiguous();
    results.push_back(sample(gradient.data<float>(), gradient.size()));
  }
  return results;
}

}  // namespace benchmarks::xtape_side
