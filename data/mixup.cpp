#include <autograd/ops/index.hpp>
#include <data/mixup.hpp>
#include <data/sample_loops.hpp>

#include <numeric>

namespace xtape::data {

namespace {

std::vector<std::size_t> random_permutation(std::size_t count, Draws& draws) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = count; i-- > 1;) std::swap(order[i], order[draws.below(i + 1)]);
  return order;
}

Tensor mix(const Tensor& rows, const std::vector<std::size_t>& others, double part) {
  Tensor result = Tensor::uninitialized(rows.shape(), rows.dtype());
  const std::size_t size = others.empty() ? 0 : rows.size() / others.size();
  visit_floats("MixUp", rows, [&]<class T>(const T* from) {
    auto* to = static_cast<T*>(result.mutable_data());
    const T own = static_cast<T>(part), foreign = static_cast<T>(1.0 - part);
    for (std::size_t row = 0; row < others.size(); ++row) {
      const T *a = from + row * size, *b = from + others[row] * size;
      for (std::size_t i = 0; i < size; ++i) *to++ = own * a[i] + foreign * b[i];
    }
  });
  return result;
}

}  // namespace

MixUp::MixUp(double alpha, std::size_t classes) : m_alpha(alpha), m_classes(classes) {
  if (!(alpha > 0.0)) throw Error("MixUp: alpha is " + std::to_string(alpha) + "; it must be above 0");
}

Sample MixUp::operator()(const Sample& batch, Draws& draws) const {
  const Tensor inputs = batch.first.contiguous();
  Tensor targets = batch.second.contiguous();
  if (!is_floating(targets.dtype())) {
    if (m_classes == 0) {
      throw DtypeError(std::string("MixUp: the targets are ") + to_string(targets.dtype()) +
                       " labels; it takes probabilities, or the number of classes: data::MixUp(alpha, classes)");
    }
    targets = one_hot(targets, m_classes);
  }
  const double part = draws.beta(m_alpha, m_alpha);
  const std::vector<std::size_t> others = random_permutation(inputs.shape()[0], draws);
  return {mix(inputs, others, part), mix(targets, others, part)};
}

}  // namespace xtape::data
