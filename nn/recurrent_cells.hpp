#pragma once

#include <nn/module.hpp>

/// Cells: one step of a recurrent network. A whole sequence goes faster through RNN, LSTM or GRU (nn/recurrent.hpp).
///
/// Each takes an input (batch, input_size) and states (batch, hidden_size), or both without the batch; states that are
/// not given are zeros. Weights and biases start uniform in [-1/sqrt(hidden_size), 1/sqrt(hidden_size)], as PyTorch's
/// do. Shapes that do not fit throw ShapeError.
namespace xtape::nn {

/// What cells have in common: parameters of `gates` blocks of hidden_size rows each.
class RecurrentCell : public Module {
 public:
  Tensor weight_ih;  ///< (gates hidden_size, input_size)
  Tensor weight_hh;  ///< (gates hidden_size, hidden_size)
  Tensor bias_ih;    ///< (gates hidden_size); undefined without bias
  Tensor bias_hh;    ///< (gates hidden_size); undefined without bias

  std::size_t multiply_adds(const Tensor& x, const Tensor& y) const override;

 protected:
  RecurrentCell(const char* name, std::size_t gates, std::size_t input_size, std::size_t hidden_size, bool bias);
  /// The state that was given, or zeros, for the input `x`. Throws ShapeError where they do not fit.
  Tensor state_for(const Tensor& x, const Tensor& given, const char* what) const;

 private:
  const char* m_name;
};

/// h' = f(W_ih x + b_ih + W_hh h + b_hh), where f is tanh unless another function is given.
/// Example: `nn::RNNCell cell(8, 16); for (const Tensor& x : unbind(sequence)) h = cell(x, h);`
struct RNNCell : RecurrentCell {
  struct Options {
    bool bias = true;
    std::function<Tensor(const Tensor&)> nonlinearity = {};  ///< tanh where it is empty; such as `relu`
  };

  RNNCell(std::size_t input_size, std::size_t hidden_size);
  RNNCell(std::size_t input_size, std::size_t hidden_size, const Options& options);
  Tensor operator()(const Tensor& x, const Tensor& h = {});
  /// The step from a state of zeros.
  Tensor forward(const Tensor& x) override;

 private:
  Tensor step(const Tensor& x, const Tensor& h) const;

  std::function<Tensor(const Tensor&)> m_nonlinearity;
};

/// Long short-term memory: gates i, f, g, o = W_ih x + b_ih + W_hh h + b_hh, then c' = sigmoid(f) c + sigmoid(i)
/// tanh(g) and h' = sigmoid(o) tanh(c'). Example: `auto [h, c] = cell(x, h0, c0);`
struct LSTMCell : RecurrentCell {
  struct Options {
    bool bias = true;
  };
  struct Result {
    Tensor h, c;
  };

  LSTMCell(std::size_t input_size, std::size_t hidden_size);
  LSTMCell(std::size_t input_size, std::size_t hidden_size, const Options& options);
  Result operator()(const Tensor& x, const Tensor& h = {}, const Tensor& c = {});
  /// h' from states of zeros.
  Tensor forward(const Tensor& x) override;

 private:
  Result step(const Tensor& x, const Tensor& h, const Tensor& c) const;
};

/// Gated recurrent unit: r and z = sigmoid(W_ih x + b_ih + W_hh h + b_hh), n = tanh(W_in x + b_in + r (W_hn h + b_hn)),
/// h' = (1 - z) n + z h. Example: `h = cell(x, h);`
struct GRUCell : RecurrentCell {
  struct Options {
    bool bias = true;
  };

  GRUCell(std::size_t input_size, std::size_t hidden_size);
  GRUCell(std::size_t input_size, std::size_t hidden_size, const Options& options);
  Tensor operator()(const Tensor& x, const Tensor& h = {});
  /// The step from a state of zeros.
  Tensor forward(const Tensor& x) override;

 private:
  Tensor step(const Tensor& x, const Tensor& h) const;
};

}  // namespace xtape::nn
