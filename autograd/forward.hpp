#pragma once

#include <functional>
#include <span>

#include <autograd/tensor.hpp>

/// Forward mode: tangents travel with the values. A jvp() opens a level, gives its input a tangent there, and every
/// operation gives its result the tangent that those of its inputs make. Levels nest, an inner one having the larger
/// number; the tangent of a level is computed by operations that see the outer levels only, so that a derivative of a
/// derivative does not confuse the two.
namespace xtape::forward {

/// Opens a level for its lifetime.
class Level {
 public:
  Level();
  ~Level();
  Level(const Level&) = delete;
  Level& operator=(const Level&) = delete;

  /// Gives `x` a tangent of its own shape and dtype at this level.
  void set_tangent(const Tensor& x, const Tensor& tangent) const;
  /// The tangent of `x` at this level, undefined where it does not depend on what was given one.
  Tensor tangent_of(const Tensor& x) const;

 private:
  unsigned m_outer, m_number;
};

/// While it lives, operations see the levels up to `level` alone: with 0, no tangents at all.
class Limit {
 public:
  explicit Limit(unsigned level);
  ~Limit();
  Limit(const Limit&) = delete;
  Limit& operator=(const Limit&) = delete;

 private:
  unsigned m_outer;
};

/// What the tangent of input `i` adds to that of the result; undefined for nothing.
using Push = std::function<Tensor(std::size_t i, const Tensor& tangent)>;

/// Gives `result` the tangents that those of its inputs make, level by level.
void carry(const Tensor& result, std::span<const Tensor* const> inputs, const Push& push);

/// The tangent of `result` by way of a backward rule alone. The rule is linear in its upstream, gradient = J^T g, so
/// the derivative of <gradient, tangent> with respect to g is J tangent: one recorded run of the rule, differentiated.
Tensor through_rule(const std::function<Tensor(const Tensor& upstream)>& rule, const Tensor& result,
                    const Tensor& input, const Tensor& tangent);

}  // namespace xtape::forward
