#include <nn/recurrent.hpp>

#include <autograd/factories.hpp>
#include <autograd/ops/dropout.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/matmul.hpp>
#include <autograd/ops/recurrent.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/ops/slice.hpp>
#include <nn/init.hpp>

#include <algorithm>
#include <cmath>

namespace xtape::nn {

// --- parameters

Recurrent::Recurrent(const Plan& plan) : m_plan(plan) {
  const std::string name = plan.name;
  if (plan.num_layers == 0) throw Error(name + ": num_layers is 0; it must be 1 or more");
  if (!(plan.dropout >= 0.0 && plan.dropout <= 1.0)) {
    throw Error(name + ": the dropout probability " + std::to_string(plan.dropout) + " is outside [0, 1]");
  }
  if (plan.proj_size > 0 && plan.proj_size >= plan.hidden_size) {
    throw Error(name + ": proj_size " + std::to_string(plan.proj_size) + " must be smaller than hidden_size, " +
                std::to_string(plan.hidden_size));
  }
  for (std::size_t layer = 0; layer < plan.num_layers; ++layer) {
    for (std::size_t direction = 0; direction < directions(); ++direction) {
      m_weights.push_back(create_weights(layer, direction == 1));
    }
  }
}

Recurrent::Weights Recurrent::create_weights(std::size_t layer, bool reverse) {
  const std::size_t hidden = m_plan.hidden_size, rows = m_plan.gates * hidden;
  const double bound = hidden > 0 ? 1.0 / std::sqrt(static_cast<double>(hidden)) : 0.0;
  const auto create = [&](const char* name, const Shape& shape) {
    const std::string full_name = name + std::string("_l") + std::to_string(layer) + (reverse ? "_reverse" : "");
    const Tensor tensor = parameter(full_name, Tensor::uninitialized(shape, float32));
    init::uniform_(tensor, -bound, bound);
    return tensor;
  };
  Weights w;
  w.weight_ih = create("weight_ih", {rows, layer == 0 ? m_plan.input_size : directions() * output_size()});
  w.weight_hh = create("weight_hh", {rows, output_size()});
  if (m_plan.bias) {
    w.bias_ih = create("bias_ih", {rows});
    w.bias_hh = create("bias_hh", {rows});
  }
  if (m_plan.proj_size > 0) w.weight_hr = create("weight_hr", {m_plan.proj_size, hidden});
  return w;
}

const Recurrent::Weights& Recurrent::weights(std::size_t layer, bool reverse) const {
  if (layer >= m_plan.num_layers || (reverse && !m_plan.bidirectional)) {
    throw IndexError(std::string(m_plan.name) + ": weights of layer " + std::to_string(layer) +
                     (reverse ? " in reverse" : "") + ", of " + std::to_string(m_plan.num_layers) +
                     (m_plan.bidirectional ? " layers in both directions" : " layers in one direction"));
  }
  return m_weights[layer * directions() + (reverse ? 1 : 0)];
}

std::size_t Recurrent::multiply_adds(const Tensor& x, const Tensor&) const {
  std::size_t for_a_step = 0;
  for (const Weights& w : m_weights) {
    for_a_step += w.weight_ih.size() + w.weight_hh.size() + (w.weight_hr.defined() ? w.weight_hr.size() : 0);
  }
  return x.size() / x.shape(-1) * for_a_step;
}

// --- the walk

void Recurrent::check_input(const Tensor& x) const {
  const bool fits = (x.dimension() == 2 || x.dimension() == 3) && x.shape(-1) == m_plan.input_size;
  const std::size_t time_axis = x.dimension() == 3 && m_plan.batch_first ? 1 : 0;
  if (fits && x.shape()[time_axis] > 0) return;
  const std::string size = std::to_string(m_plan.input_size);
  throw ShapeError(std::string(m_plan.name) + ": an input of shape " + to_string(x.shape()) + "; it must be " +
                   (m_plan.batch_first ? "(batch, time, " : "(time, batch, ") + size + "), or (time, " + size +
                   ") without a batch, with one step or more");
}

// The states that layers and directions start from, one (batch, width) each. `x` is the input as it was given.
Tensors Recurrent::initial_states(const Tensor& given, const char* what, std::size_t width, const Tensor& x) const {
  const bool batched = x.dimension() == 3;
  const std::size_t batch = !batched ? 1 : x.shape()[m_plan.batch_first ? 0 : 1];
  if (!given.defined()) {
    const DType dtype = promote(as_floating(x.dtype()), m_weights[0].weight_ih.dtype());
    return Tensors(m_weights.size(), zeros({batch, width}, {.dtype = dtype}));
  }
  const Shape expected = batched ? Shape{m_weights.size(), batch, width} : Shape{m_weights.size(), width};
  if (given.shape() != expected) {
    throw ShapeError(std::string(m_plan.name) + ": initial states " + what + " of shape " + to_string(given.shape()) +
                     " for an input of shape " + to_string(x.shape()) + "; they must be " + to_string(expected));
  }
  return unbind(batched ? given : expand_dims(given, 1));
}

Recurrent::Outcome Recurrent::sweep(const Tensor& sequence, const State& initial, const Weights& w,
                                    bool reverse) const {
  const bool merged = m_plan.bias && m_plan.merges_biases;
  Tensors x_gates = unbind(linear(sequence, w.weight_ih, merged ? w.bias_ih + w.bias_hh : w.bias_ih));
  const Tensor to_gates = transpose(w.weight_hh);
  if (reverse) std::reverse(x_gates.begin(), x_gates.end());
  State state = initial;
  Tensors outputs;
  for (const Tensor& gates : x_gates) {
    state = step(gates, to_gates, state, w);
    outputs.push_back(state.h);
  }
  if (reverse) std::reverse(outputs.begin(), outputs.end());
  return {stack(outputs), state};
}

Recurrent::Outcome Recurrent::run(const Tensor& x, const State& initial) const {
  check_input(x);
  const bool batched = x.dimension() == 3, swapped = batched && m_plan.batch_first;
  const bool has_c = m_plan.gates == 4;
  const Tensors h0 = initial_states(initial.h, "h0", output_size(), x);
  const Tensors c0 = has_c ? initial_states(initial.c, "c0", m_plan.hidden_size, x) : Tensors(h0.size());

  // Contiguous, so that the product with weight_ih is one for all steps.
  Tensor sequence = (!batched ? expand_dims(x, 1) : swapped ? swapaxes(x, 0, 1) : x).contiguous();
  Tensors last_h, last_c;
  for (std::size_t layer = 0; layer < m_plan.num_layers; ++layer) {
    if (layer > 0) sequence = dropout(sequence, m_plan.dropout, is_training());
    Tensors sides;
    for (std::size_t direction = 0; direction < directions(); ++direction) {
      const std::size_t i = layer * directions() + direction;
      const Outcome outcome = sweep(sequence, {h0[i], c0[i]}, m_weights[i], direction == 1);
      sides.push_back(outcome.y);
      last_h.push_back(outcome.last.h);
      if (has_c) last_c.push_back(outcome.last.c);
    }
    sequence = sides.size() == 1 ? sides[0] : concatenate(sides, -1);
  }

  const auto joined = [&](const Tensors& states) { return batched ? stack(states) : concatenate(states); };
  const Tensor y = !batched ? squeeze(sequence, Axes{1}) : swapped ? swapaxes(sequence, 0, 1) : sequence;
  return {y, {joined(last_h), has_c ? joined(last_c) : Tensor()}};
}

// --- RNN

RNN::RNN(std::size_t input_size, std::size_t hidden_size) : RNN(input_size, hidden_size, Options()) {}
RNN::RNN(std::size_t input_size, std::size_t hidden_size, const Options& options)
    : Recurrent({.name = "RNN",
                 .gates = 1,
                 .input_size = input_size,
                 .hidden_size = hidden_size,
                 .num_layers = options.num_layers,
                 .bias = options.bias,
                 .batch_first = options.batch_first,
                 .dropout = options.dropout,
                 .bidirectional = options.bidirectional}),
      m_nonlinearity(options.nonlinearity) {}

RNN::Result RNN::operator()(const Tensor& x, const Tensor& h0) {
  Result result;
  result.y = call(x, [&](const Tensor& input) {
    const Outcome outcome = run(input, {h0});
    result.h = outcome.last.h;
    return outcome.y;
  });
  return result;
}
Tensor RNN::forward(const Tensor& x) { return run(x, {}).y; }

Recurrent::State RNN::step(const Tensor& x_gates, const Tensor& to_gates, const State& state, const Weights&) const {
  const Tensor sum = x_gates + matmul(state.h, to_gates);
  return {m_nonlinearity ? m_nonlinearity(sum) : tanh(sum)};
}

// --- LSTM

LSTM::LSTM(std::size_t input_size, std::size_t hidden_size) : LSTM(input_size, hidden_size, Options()) {}
LSTM::LSTM(std::size_t input_size, std::size_t hidden_size, const Options& options)
    : Recurrent({.name = "LSTM",
                 .gates = 4,
                 .input_size = input_size,
                 .hidden_size = hidden_size,
                 .num_layers = options.num_layers,
                 .bias = options.bias,
                 .batch_first = options.batch_first,
                 .dropout = options.dropout,
                 .bidirectional = options.bidirectional,
                 .proj_size = options.proj_size}) {}

LSTM::Result LSTM::operator()(const Tensor& x, const Tensor& h0, const Tensor& c0) {
  Result result;
  result.y = call(x, [&](const Tensor& input) {
    const Outcome outcome = run(input, {h0, c0});
    result.h = outcome.last.h;
    result.c = outcome.last.c;
    return outcome.y;
  });
  return result;
}
Tensor LSTM::forward(const Tensor& x) { return run(x, {}).y; }

Recurrent::Outcome LSTM::sweep(const Tensor& sequence, const State& initial, const Weights& w, bool reverse) const {
  if (w.weight_hr.defined()) return Recurrent::sweep(sequence, initial, w, reverse);
  const auto [h, c] = lstm(sequence, initial.h, initial.c, {w.weight_ih, w.weight_hh, w.bias_ih, w.bias_hh}, reverse);
  const std::ptrdiff_t last = reverse ? 0 : -1;
  return {h, {view(h, {last}), view(c, {last})}};
}

Recurrent::State LSTM::step(const Tensor& x_gates, const Tensor& to_gates, const State& state, const Weights& w) const {
  const auto [h, c] = lstm_gates(x_gates + matmul(state.h, to_gates), state.c);
  return {w.weight_hr.defined() ? linear(h, w.weight_hr) : h, c};
}

// --- GRU

GRU::GRU(std::size_t input_size, std::size_t hidden_size) : GRU(input_size, hidden_size, Options()) {}
GRU::GRU(std::size_t input_size, std::size_t hidden_size, const Options& options)
    : Recurrent({.name = "GRU",
                 .gates = 3,
                 .input_size = input_size,
                 .hidden_size = hidden_size,
                 .num_layers = options.num_layers,
                 .bias = options.bias,
                 .batch_first = options.batch_first,
                 .dropout = options.dropout,
                 .bidirectional = options.bidirectional,
                 .merges_biases = false}) {}

GRU::Result GRU::operator()(const Tensor& x, const Tensor& h0) {
  Result result;
  result.y = call(x, [&](const Tensor& input) {
    const Outcome outcome = run(input, {h0});
    result.h = outcome.last.h;
    return outcome.y;
  });
  return result;
}
Tensor GRU::forward(const Tensor& x) { return run(x, {}).y; }

Recurrent::State GRU::step(const Tensor& x_gates, const Tensor& to_gates, const State& state, const Weights& w) const {
  const Tensor product = matmul(state.h, to_gates);
  return {gru_gates(x_gates, w.bias_hh.defined() ? product + w.bias_hh : product, state.h)};
}

}  // namespace xtape::nn
