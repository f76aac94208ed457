#pragma once

#include <autograd/ops/index.hpp>
#include <nn/module.hpp>

namespace xtape::nn {

/// Options of Embedding::from_pretrained.
struct PretrainedOptions {
  bool freeze = true;                            ///< the vectors are not learned
  std::optional<std::int64_t> padding_idx = {};  ///< a row that gets no gradient
};

/// A table of vectors, looked up by number: indices (...), int64, -> (..., embedding_dim). The weight starts standard
/// normal, with zeros in the row `padding_idx` (negative: counted from the back), which gets no gradient. Throws
/// IndexError for an index or a padding_idx outside the table, DtypeError for indices that are not int64.
/// Example: `nn::Embedding words(10000, 64, {.padding_idx = 0}); Tensor vectors = words(indices);`
struct Embedding : Module {
  using Options = EmbeddingOptions;

  Embedding(std::size_t num_embeddings, std::size_t embedding_dim, const Options& options = {});
  /// With given vectors (num_embeddings, embedding_dim); ShapeError for another shape. Where they are not frozen, the
  /// tensor itself becomes the parameter, and must be a leaf (GradError): given another layer's weight, the two are
  /// tied, sharing values and gradient. A frozen weight shares the values alone.
  /// Example: `nn::Embedding words = add("words", nn::Embedding::from_pretrained(out.weight, {.freeze = false}));`
  static Embedding from_pretrained(const Tensor& embeddings, const PretrainedOptions& options = {});
  Tensor forward(const Tensor& indices) override;

  Tensor weight;  ///< (num_embeddings, embedding_dim)

 private:
  Embedding(const Tensor& values, const Options& options);

  Options m_options;
};

}  // namespace xtape::nn
