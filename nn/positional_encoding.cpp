#include <nn/positional_encoding.hpp>

#include <autograd/factories.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/ops/slice.hpp>
#include <nn/init.hpp>

#include <cmath>

namespace xtape::nn {

namespace {

// `x` plus the first rows of `positions` (max_len, d_model).
Tensor add_positions(const char* layer, const Tensor& x, const Tensor& positions, bool batch_first) {
  const bool fits = (x.dimension() == 2 || x.dimension() == 3) && x.shape(-1) == positions.shape(1);
  const std::size_t time_axis = x.dimension() == 3 && batch_first ? 1 : 0;
  if (!fits || x.shape()[time_axis] > positions.shape(0)) {
    const std::string size = std::to_string(positions.shape(1));
    throw ShapeError(std::string(layer) + ": an input of shape " + to_string(x.shape()) + "; it must be " +
                     (batch_first ? "(batch, time, " : "(time, batch, ") + size + "), or (time, " + size +
                     ") without a batch, with " + std::to_string(positions.shape(0)) + " steps at most");
  }
  const Tensor rows = view(positions, {xt::range(0, static_cast<std::ptrdiff_t>(x.shape()[time_axis]))});
  return x + (x.dimension() == 3 && !batch_first ? expand_dims(rows, 1) : rows);
}

}  // namespace

Tensor sinusoidal_positions(std::size_t length, std::size_t width) {
  const Tensor positions = Tensor::uninitialized({length, width}, float32);
  auto* out = static_cast<float*>(positions.mutable_data());
  for (std::size_t place = 0; place < length; ++place) {
    for (std::size_t column = 0; column < width; ++column) {
      const double exponent = static_cast<double>(column / 2 * 2) / static_cast<double>(width);
      const double angle = static_cast<double>(place) * std::pow(10000.0, -exponent);
      *out++ = static_cast<float>(column % 2 == 0 ? std::sin(angle) : std::cos(angle));
    }
  }
  return positions;
}

PositionalEncoding::PositionalEncoding(std::size_t d_model) : PositionalEncoding(d_model, Options()) {}
PositionalEncoding::PositionalEncoding(std::size_t d_model, const Options& options)
    : pe(buffer("pe", expand_dims(sinusoidal_positions(options.max_len, d_model), 1))),
      dropout(add("dropout", Dropout(options.dropout))),
      m_batch_first(options.batch_first) {}

Tensor PositionalEncoding::forward(const Tensor& x) {
  return dropout(add_positions("PositionalEncoding", x, squeeze(pe, Axes{1}), m_batch_first));
}

LearnedPositionalEncoding::LearnedPositionalEncoding(std::size_t d_model)
    : LearnedPositionalEncoding(d_model, Options()) {}
LearnedPositionalEncoding::LearnedPositionalEncoding(std::size_t d_model, const Options& options)
    : weight(parameter("weight", Tensor::uninitialized({options.max_len, d_model}, float32))),
      dropout(add("dropout", Dropout(options.dropout))),
      m_batch_first(options.batch_first) {
  init::normal_(weight, 0.0, 0.02);
}

Tensor LearnedPositionalEncoding::forward(const Tensor& x) {
  return dropout(add_positions("LearnedPositionalEncoding", x, weight, m_batch_first));
}

}  // namespace xtape::nn
