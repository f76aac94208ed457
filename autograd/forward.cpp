#include <autograd/engine.hpp>
#include <autograd/factories.hpp>
#include <autograd/forward.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/reduce.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/tape.hpp>

#include <set>

namespace xtape::forward {

namespace {

constinit thread_local unsigned t_levels = 0;  // that this thread has opened so far

using Tangents = std::vector<TensorImpl::Tangent>;

const Tangents& tangents_of(const Tensor& x) {
  static const Tangents none;
  return x.impl()->extras ? x.impl()->extras->tangents : none;
}

Tensor tangent_at(const Tensor& x, unsigned level) {
  for (const TensorImpl::Tangent& tangent : tangents_of(x)) {
    if (tangent.level == level) return tangent.value;
  }
  return {};
}

}  // namespace

Limit::Limit(unsigned level) : m_outer(std::exchange(t_forward_level, level)) {}
Limit::~Limit() { t_forward_level = m_outer; }

Level::Level() : m_outer(t_forward_level), m_number(++t_levels) { t_forward_level = m_number; }
Level::~Level() { t_forward_level = m_outer; }

void Level::set_tangent(const Tensor& x, const Tensor& tangent) const {
  x.impl()->ensure_extras().tangents.push_back({m_number, tangent});
}

Tensor Level::tangent_of(const Tensor& x) const { return tangent_at(x, m_number); }

void carry(const Tensor& result, std::span<const Tensor* const> inputs, const Push& push) {
  if (!is_floating(result.dtype())) return;
  std::set<unsigned> levels;
  for (const Tensor* input : inputs) {
    for (const TensorImpl::Tangent& tangent : tangents_of(*input)) {
      if (tangent.level <= t_forward_level) levels.insert(tangent.level);
    }
  }
  for (const unsigned level : levels) {
    const Limit outer_levels(level - 1);
    Tensor sum;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const Tensor tangent = tangent_at(*inputs[i], level);
      const Tensor part = tangent.defined() ? push(i, tangent) : Tensor();
      if (part.defined()) sum = sum.defined() ? sum + part : part;
    }
    if (!sum.defined()) continue;
    sum = broadcast_to(astype(sum, result.dtype()), result.shape());
    result.impl()->ensure_extras().tangents.push_back({level, sum});
  }
}

Tensor through_rule(const std::function<Tensor(const Tensor&)>& rule, const Tensor& result, const Tensor& input,
                    const Tensor& tangent) {
  const bool recorded = grad_enabled();
  const GradModeGuard recording(true);
  const Tensor upstream = zeros(result.shape(), {.dtype = result.dtype()}).requires_grad_();
  Tensor gradient = rule(upstream);
  if (!gradient.defined() || !gradient.requires_grad()) return {};
  gradient = astype(sum_to_shape(gradient, input.shape()), input.dtype());
  return grad(gradient, upstream, {.create_graph = recorded, .allow_unused = true, .gradient = tangent});
}

}  // namespace xtape::forward
