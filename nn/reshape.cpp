#include <nn/reshape.hpp>

#include <autograd/ops/shape.hpp>

namespace xtape::nn {

Tensor Flatten::forward(const Tensor& x) { return flatten(x, m_first, m_last); }

Tensor Unflatten::forward(const Tensor& x) {
  const std::size_t axis = normalize_axis(m_axis, x.dimension(), "Unflatten");
  const std::size_t size = x.shape()[axis];
  std::size_t known = 1;  // product of the sizes that are given
  int open = 0;
  bool valid = true;
  std::string listed;
  for (const std::ptrdiff_t part : m_sizes) {
    if (part >= 0) known *= static_cast<std::size_t>(part);
    open += part == -1 ? 1 : 0;
    valid = valid && part >= -1;
    listed += (listed.empty() ? "" : ", ") + std::to_string(part);
  }
  const bool fits = open == 0 ? known == size : open == 1 && known > 0 && size % known == 0;
  if (!valid || !fits) {
    throw ShapeError("Unflatten: axis " + std::to_string(axis) + " of an input of shape " + to_string(x.shape()) +
                     " does not divide into (" + listed + ")");
  }
  Shape shape(x.shape().begin(), x.shape().begin() + static_cast<std::ptrdiff_t>(axis));
  for (const std::ptrdiff_t part : m_sizes) shape.push_back(part == -1 ? size / known : static_cast<std::size_t>(part));
  for (std::size_t i = axis + 1; i < x.dimension(); ++i) shape.push_back(x.shape()[i]);
  return reshape(x, shape);
}

Tensor PixelShuffle::forward(const Tensor& x) {
  const std::size_t r = m_factor, lead = x.dimension() - 3;
  if (x.dimension() < 3 || r == 0 || x.shape(-3) % (r * r) != 0) {
    throw ShapeError("PixelShuffle: an input of shape " + to_string(x.shape()) + " with upscale factor " +
                     std::to_string(r) + "; it must be (..., C * factor^2, H, W)");
  }
  Shape cut(x.shape().begin(), x.shape().begin() + static_cast<std::ptrdiff_t>(lead)), result = cut;
  const std::size_t channels = x.shape(-3) / (r * r), height = x.shape(-2), width = x.shape(-1);
  std::vector<std::ptrdiff_t> order;
  for (std::size_t i = 0; i < lead; ++i) order.push_back(static_cast<std::ptrdiff_t>(i));
  for (const std::size_t i : {0u, 3u, 1u, 4u, 2u}) order.push_back(static_cast<std::ptrdiff_t>(lead + i));
  for (const std::size_t size : {channels, r, r, height, width}) cut.push_back(size);
  for (const std::size_t size : {channels, height * r, width * r}) result.push_back(size);
  return reshape(transpose(reshape(x, cut), order), result);
}

}  // namespace xtape::nn
