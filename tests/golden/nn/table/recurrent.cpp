#include <golden/nn/layer_table.hpp>

namespace golden {

namespace {

template <class M, class F>
Layer recurrent(const Options& o, F call) {
  return layer(M(count(o, "input_size"), count(o, "hidden_size"), options_of<typename M::Options>(o)), call);
}

template <class Long>
Layer with_one_state(const Options& o) {
  return recurrent<Long>(o, [](Long& m, const Inputs& x) {
    const auto result = m(x[0], x[1]);
    return Tensors{result.y, result.h};
  });
}

template <class Cell>
Layer cell(const Options& o) {
  return recurrent<Cell>(o, [](Cell& m, const Inputs& x) { return m(x[0], x[1]); });
}

}  // namespace

LayerTable recurrent_layers() {
  return {
      {"RNN", with_one_state<nn::RNN>},
      {"LSTM",
       [](const Options& o) {
         return recurrent<nn::LSTM>(o, [](nn::LSTM& m, const Inputs& x) {
           const auto result = m(x[0], x[1], x[2]);
           return Tensors{result.y, result.h, result.c};
         });
       }},
      {"GRU", with_one_state<nn::GRU>},
      {"RNNCell", cell<nn::RNNCell>},
      {"LSTMCell",
       [](const Options& o) {
         return recurrent<nn::LSTMCell>(o, [](nn::LSTMCell& m, const Inputs& x) {
           const auto result = m(x[0], x[1], x[2]);
           return Tensors{result.h, result.c};
         });
       }},
      {"GRUCell", cell<nn::GRUCell>},
  };
}

}  // namespace golden
