#pragma once

#include <data/loader.hpp>

namespace xtape::data {

/// Mixes each sample of a batch with another one of it, and their targets likewise (Zhang et al., 2017):
///   x = m x + (1 - m) x[other],  t = m t + (1 - m) t[other],  m from Beta(alpha, alpha), one for the batch,
/// `other` a random permutation. int64 labels (B,) become rows of `classes` probabilities first; floating targets are
/// mixed as they are. Goes into a loader's options: `data::DataLoader(train, {.batch_size = 128, .batch_transform =
/// data::MixUp(0.2, 10)})`. Throws Error where alpha is not above 0, DtypeError where inputs are not floating or labels
/// come without a number of classes.
class MixUp {
 public:
  explicit MixUp(double alpha, std::size_t classes = 0);
  Sample operator()(const Sample& batch, Draws& draws) const;

 private:
  double m_alpha;
  std::size_t m_classes;
};

}  // namespace xtape::data
