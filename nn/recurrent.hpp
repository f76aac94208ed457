#pragma once

#include <nn/module.hpp>

/// Recurrent layers over whole sequences, with PyTorch's names, shapes and defaults.
///
/// Each takes a sequence (time, batch, input_size), or (batch, time, input_size) with batch_first, or (time,
/// input_size) without a batch, and gives `y`, the outputs of the last layer at every step in the same layout, and the
/// last states of all layers, (num_layers directions, batch, hidden_size), or without the batch. Initial states have
/// the shape of the last ones; those not given are zeros. forward() gives `y` alone, so that a layer fits into a
/// Sequential. Parameters are named as PyTorch's, weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, and with
/// _reverse behind, and start uniform in [-1/sqrt(hidden_size), 1/sqrt(hidden_size)]. Shapes that do not fit throw
/// ShapeError.
namespace xtape::nn {

/// What recurrent layers have in common: the parameters, and the walk over layers, directions and steps.
class Recurrent : public Module {
 public:
  /// One direction of a layer.
  struct Weights {
    Tensor weight_ih;  ///< (gates hidden_size, input_size), or the size of the output below
    Tensor weight_hh;  ///< (gates hidden_size, hidden_size), or proj_size
    Tensor bias_ih;    ///< (gates hidden_size); undefined without bias
    Tensor bias_hh;    ///< (gates hidden_size); undefined without bias
    Tensor weight_hr;  ///< (proj_size, hidden_size); undefined without a projection
  };
  /// The parameters of one direction of a layer. Throws IndexError.
  const Weights& weights(std::size_t layer, bool reverse = false) const;

  std::size_t multiply_adds(const Tensor& x, const Tensor& y) const override;

 protected:
  struct Plan {
    const char* name;
    std::size_t gates;
    std::size_t input_size, hidden_size;
    std::size_t num_layers;
    bool bias, batch_first;
    double dropout;
    bool bidirectional;
    std::size_t proj_size = 0;
    bool merges_biases = true;  // into one, added for all steps at once
  };
  struct State {
    Tensor h;
    Tensor c = {};  // of a long short-term memory
  };
  struct Outcome {
    Tensor y;
    State last;
  };
  explicit Recurrent(const Plan& plan);
  Outcome run(const Tensor& x, const State& initial) const;

  /// One step: `x_gates` is the input's contribution (batch, gates hidden_size); `to_gates` is weight_hh transposed.
  virtual State step(const Tensor& x_gates, const Tensor& to_gates, const State& state, const Weights& w) const = 0;
  /// One direction of a layer over a (time, batch, size) sequence, by one step after the other.
  virtual Outcome sweep(const Tensor& sequence, const State& initial, const Weights& w, bool reverse) const;

 private:
  std::size_t directions() const noexcept { return m_plan.bidirectional ? 2 : 1; }
  std::size_t output_size() const noexcept { return m_plan.proj_size > 0 ? m_plan.proj_size : m_plan.hidden_size; }
  Weights create_weights(std::size_t layer, bool reverse);
  void check_input(const Tensor& x) const;
  Tensors initial_states(const Tensor& given, const char* what, std::size_t width, const Tensor& x) const;

  Plan m_plan;
  std::vector<Weights> m_weights;  // of layer 0 forward, layer 0 in reverse, layer 1 forward, ...
};

/// Elman's network: h[t] = f(W_ih x[t] + b_ih + W_hh h[t - 1] + b_hh), where f is tanh unless another is given.
/// Example: `nn::RNN rnn(8, 16, {.num_layers = 2}); auto [y, h] = rnn(x);`
struct RNN : Recurrent {
  struct Options {
    std::size_t num_layers = 1;                              ///< one on top of the other
    std::function<Tensor(const Tensor&)> nonlinearity = {};  ///< tanh where it is empty; such as `relu`
    bool bias = true;
    bool batch_first = false;    ///< sequences are (batch, time, size)
    double dropout = 0.0;        ///< applied between layers, in training mode
    bool bidirectional = false;  ///< a second direction from the end; outputs side by side
  };
  struct Result {
    Tensor y, h;
  };

  RNN(std::size_t input_size, std::size_t hidden_size);
  RNN(std::size_t input_size, std::size_t hidden_size, const Options& options);
  Result operator()(const Tensor& x, const Tensor& h0 = {});
  Tensor forward(const Tensor& x) override;

 private:
  State step(const Tensor& x_gates, const Tensor& to_gates, const State& state, const Weights& w) const override;

  std::function<Tensor(const Tensor&)> m_nonlinearity;
};

/// Long short-term memory, as LSTMCell. With proj_size the output of a step is weight_hr h, as are then the states `h`;
/// `c` keeps hidden_size. Example: `nn::LSTM lstm(8, 16, {.bidirectional = true}); auto [y, h, c] = lstm(x, h0, c0);`
struct LSTM : Recurrent {
  struct Options {
    std::size_t num_layers = 1;  ///< one on top of the other
    bool bias = true;
    bool batch_first = false;    ///< sequences are (batch, time, size)
    double dropout = 0.0;        ///< applied between layers, in training mode
    bool bidirectional = false;  ///< a second direction from the end; outputs side by side
    std::size_t proj_size = 0;   ///< size of projected outputs, below hidden_size; 0: none
  };
  struct Result {
    Tensor y, h, c;
  };

  LSTM(std::size_t input_size, std::size_t hidden_size);
  LSTM(std::size_t input_size, std::size_t hidden_size, const Options& options);
  Result operator()(const Tensor& x, const Tensor& h0 = {}, const Tensor& c0 = {});
  Tensor forward(const Tensor& x) override;

 private:
  State step(const Tensor& x_gates, const Tensor& to_gates, const State& state, const Weights& w) const override;
  Outcome sweep(const Tensor& sequence, const State& initial, const Weights& w, bool reverse) const override;
};

/// Gated recurrent units, as GRUCell. Example: `nn::GRU gru(8, 16, {.batch_first = true}); auto [y, h] = gru(x, h0);`
struct GRU : Recurrent {
  struct Options {
    std::size_t num_layers = 1;  ///< one on top of the other
    bool bias = true;
    bool batch_first = false;    ///< sequences are (batch, time, size)
    double dropout = 0.0;        ///< applied between layers, in training mode
    bool bidirectional = false;  ///< a second direction from the end; outputs side by side
  };
  struct Result {
    Tensor y, h;
  };

  GRU(std::size_t input_size, std::size_t hidden_size);
  GRU(std::size_t input_size, std::size_t hidden_size, const Options& options);
  Result operator()(const Tensor& x, const Tensor& h0 = {});
  Tensor forward(const Tensor& x) override;

 private:
  State step(const Tensor& x_gates, const Tensor& to_gates, const State& state, const Weights& w) const override;
};

}  // namespace xtape::nn
