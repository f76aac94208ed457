#include <nn/recurrent_cells.hpp>

#include <autograd/factories.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/matmul.hpp>
#include <autograd/ops/recurrent.hpp>
#include <nn/init.hpp>

#include <cmath>

namespace xtape::nn {

RecurrentCell::RecurrentCell(const char* name, std::size_t gates, std::size_t input_size, std::size_t hidden_size,
                             bool bias)
    : m_name(name) {
  const double bound = hidden_size > 0 ? 1.0 / std::sqrt(static_cast<double>(hidden_size)) : 0.0;
  const auto create = [&](const char* parameter_name, const Shape& shape) {
    const Tensor tensor = parameter(parameter_name, Tensor::uninitialized(shape, float32));
    init::uniform_(tensor, -bound, bound);
    return tensor;
  };
  weight_ih = create("weight_ih", {gates * hidden_size, input_size});
  weight_hh = create("weight_hh", {gates * hidden_size, hidden_size});
  if (!bias) return;
  bias_ih = create("bias_ih", {gates * hidden_size});
  bias_hh = create("bias_hh", {gates * hidden_size});
}

Tensor RecurrentCell::state_for(const Tensor& x, const Tensor& given, const char* what) const {
  const std::size_t input_size = weight_ih.shape(1), hidden_size = weight_hh.shape(1);
  if (x.dimension() < 1 || x.dimension() > 2 || x.shape(-1) != input_size) {
    const std::string size = std::to_string(input_size);
    throw ShapeError(std::string(m_name) + ": an input of shape " + to_string(x.shape()) + "; it must be (batch, " +
                     size + "), or (" + size + ",) without a batch");
  }
  Shape expected = x.shape();
  expected.back() = hidden_size;
  if (!given.defined()) return zeros(expected, {.dtype = promote(as_floating(x.dtype()), weight_hh.dtype())});
  if (given.shape() != expected) {
    throw ShapeError(std::string(m_name) + ": a state " + what + " of shape " + to_string(given.shape()) +
                     " for an input of shape " + to_string(x.shape()) + "; it must be " + to_string(expected));
  }
  return given;
}

std::size_t RecurrentCell::multiply_adds(const Tensor& x, const Tensor&) const {
  return x.size() / x.shape(-1) * (weight_ih.size() + weight_hh.size());
}

// --- RNNCell

RNNCell::RNNCell(std::size_t input_size, std::size_t hidden_size) : RNNCell(input_size, hidden_size, Options()) {}
RNNCell::RNNCell(std::size_t input_size, std::size_t hidden_size, const Options& options)
    : RecurrentCell("RNNCell", 1, input_size, hidden_size, options.bias), m_nonlinearity(options.nonlinearity) {}

Tensor RNNCell::operator()(const Tensor& x, const Tensor& h) {
  return call(x, [&](const Tensor& input) { return step(input, h); });
}
Tensor RNNCell::forward(const Tensor& x) { return step(x, {}); }

Tensor RNNCell::step(const Tensor& x, const Tensor& given) const {
  const Tensor h = state_for(x, given, "h");
  const Tensor sum = linear(x, weight_ih, bias_ih) + linear(h, weight_hh, bias_hh);
  return m_nonlinearity ? m_nonlinearity(sum) : tanh(sum);
}

// --- LSTMCell

LSTMCell::LSTMCell(std::size_t input_size, std::size_t hidden_size) : LSTMCell(input_size, hidden_size, Options()) {}
LSTMCell::LSTMCell(std::size_t input_size, std::size_t hidden_size, const Options& options)
    : RecurrentCell("LSTMCell", 4, input_size, hidden_size, options.bias) {}

LSTMCell::Result LSTMCell::operator()(const Tensor& x, const Tensor& h, const Tensor& c) {
  Result result;
  result.h = call(x, [&](const Tensor& input) {
    result = step(input, h, c);
    return result.h;
  });
  return result;
}
Tensor LSTMCell::forward(const Tensor& x) { return step(x, {}, {}).h; }

LSTMCell::Result LSTMCell::step(const Tensor& x, const Tensor& h, const Tensor& c) const {
  const Tensor contribution = linear(state_for(x, h, "h"), weight_hh, bias_hh);
  const auto [output, state] = lstm_gates(linear(x, weight_ih, bias_ih) + contribution, state_for(x, c, "c"));
  return {output, state};
}

// --- GRUCell

GRUCell::GRUCell(std::size_t input_size, std::size_t hidden_size) : GRUCell(input_size, hidden_size, Options()) {}
GRUCell::GRUCell(std::size_t input_size, std::size_t hidden_size, const Options& options)
    : RecurrentCell("GRUCell", 3, input_size, hidden_size, options.bias) {}

Tensor GRUCell::operator()(const Tensor& x, const Tensor& h) {
  return call(x, [&](const Tensor& input) { return step(input, h); });
}
Tensor GRUCell::forward(const Tensor& x) { return step(x, {}); }

Tensor GRUCell::step(const Tensor& x, const Tensor& given) const {
  const Tensor h = state_for(x, given, "h");
  return gru_gates(linear(x, weight_ih, bias_ih), linear(h, weight_hh, bias_hh), h);
}

}  // namespace xtape::nn
