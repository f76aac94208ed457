#include <nn/embedding.hpp>

#include <autograd/factories.hpp>
#include <autograd/ops/slice.hpp>

namespace xtape::nn {

namespace {

Tensor initial_vectors(std::size_t count, std::size_t width, const EmbeddingOptions& options) {
  Tensor result = randn({count, width});
  if (options.padding_idx) {
    const std::int64_t row = *options.padding_idx, rows = static_cast<std::int64_t>(count);
    if (row < -rows || row >= rows) {
      throw IndexError("Embedding: padding_idx " + std::to_string(row) + " of " + std::to_string(count) + " rows");
    }
    view(result, {row}).assign(zeros({width}));
  }
  return result;
}

}  // namespace

Embedding::Embedding(const Tensor& values, const Options& options)
    : weight(parameter("weight", values)), m_options(options) {}

Embedding::Embedding(std::size_t num_embeddings, std::size_t embedding_dim, const Options& options)
    : Embedding(initial_vectors(num_embeddings, embedding_dim, options), options) {}

Embedding Embedding::from_pretrained(const Tensor& embeddings, const PretrainedOptions& options) {
  if (embeddings.dimension() != 2) {
    throw ShapeError("Embedding: pretrained vectors of shape " + to_string(embeddings.shape()) +
                     "; they must be (num_embeddings, embedding_dim)");
  }
  Embedding result(options.freeze ? embeddings.detach() : embeddings, {.padding_idx = options.padding_idx});
  if (options.freeze) result.weight.requires_grad_(false);
  return result;
}

Tensor Embedding::forward(const Tensor& indices) { return embedding(weight, indices, m_options); }

}  // namespace xtape::nn
