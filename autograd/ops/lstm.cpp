#include <autograd/composite.hpp>
#include <autograd/kernels/gemm.hpp>
#include <autograd/kernels/lstm.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/matmul.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/recurrent.hpp>
#include <autograd/ops/reduce.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/ops/slice.hpp>

#include <algorithm>

namespace xtape {

namespace {

// The order of the inputs; the biases may be undefined.
enum Input { x, h0, c0, weight_ih, weight_hh, bias_ih, bias_hh };

kernels::LstmExtent extent_of(const Tensors& in, bool reverse) {
  return {.steps = in[x].shape(0), .batch = in[x].shape(1), .hidden = in[weight_hh].shape(1), .reverse = reverse};
}

Tensor whole_bias(const Tensors& in) {
  return in[bias_ih].defined() && in[bias_hh].defined() ? in[bias_ih] + in[bias_hh]
                                                        : (in[bias_ih].defined() ? in[bias_ih] : in[bias_hh]);
}

// All of (steps, batch, width) as rows.
Tensor rows_of(const Tensor& sequence) {
  return reshape(sequence, Shape{sequence.shape(0) * sequence.shape(1), sequence.shape(2)});
}

template <class T>
T* memory_of(const Tensor& tensor) {
  return static_cast<T*>(tensor.mutable_data());
}

// Of the product of the states with their weight, over all steps.
std::size_t recurrent_flops(const kernels::LstmExtent& extent) {
  return 2 * extent.steps * extent.batch * extent.hidden * 4 * extent.hidden;
}

// The layer as an expression: what its gradients are held against, and higher orders computed from.
Tensor step_by_step(const Tensors& in, bool reverse) {
  Tensors x_gates = unbind(linear(in[x], in[weight_ih], whole_bias(in)));
  if (reverse) std::reverse(x_gates.begin(), x_gates.end());
  const Tensor to_gates = transpose(in[weight_hh]);
  LstmGates state{in[h0], in[c0]};
  Tensors h, c;
  for (const Tensor& gates : x_gates) {
    state = lstm_gates(gates + matmul(state.h, to_gates), state.c);
    h.push_back(state.h);
    c.push_back(state.c);
  }
  if (reverse) {
    std::reverse(h.begin(), h.end());
    std::reverse(c.begin(), c.end());
  }
  return stack({stack(h), stack(c)});
}

struct LstmRule {
  bool reverse;
  Tensor gates;  // behind their functions
  Saved result;

  Tensor expression(const Tensors& in) const { return step_by_step(in, reverse); }

  Tensors gradients(const Tensors& in, const Tensor& upstream, const std::vector<bool>& wanted) const {
    const kernels::LstmExtent extent = extent_of(in, reverse);
    const Tensor g = upstream.contiguous(), weight = in[weight_hh].contiguous(), first_c = in[c0].contiguous();
    const Tensor g_gates = Tensor::uninitialized(gates.shape(), gates.dtype());
    const Tensor g_h0 = Tensor::uninitialized(in[h0].shape(), g.dtype());
    const Tensor g_c0 = Tensor::uninitialized(in[c0].shape(), g.dtype());
    {
      const profile::Op profiled("lstm_gradient", gates, weight, first_c, g);
      profile::count_flops(recurrent_flops(extent));
      visit_floating(g.dtype(), [&]<class T>(TypeTag<T>) {
        const std::size_t half = g.size() / 2;
        kernels::lstm_backward(extent, gates.data<T>(), weight.data<T>(), first_c.data<T>(),
                               result.get().data<T>() + half, g.data<T>(), g.data<T>() + half, memory_of<T>(g_gates),
                               memory_of<T>(g_h0), memory_of<T>(g_c0));
      });
      for (const Tensor& gradient : {g_gates, g_h0, g_c0}) profiled.result(gradient);
    }
    const Tensor rows = rows_of(g_gates);
    Tensors gradients(in.size());
    if (wanted[x]) gradients[x] = matmul(g_gates, in[weight_ih]);
    gradients[h0] = g_h0;
    gradients[c0] = g_c0;
    if (wanted[weight_ih]) gradients[weight_ih] = matmul(transpose(rows), rows_of(in[x]));
    if (wanted[weight_hh]) gradients[weight_hh] = weight_gradient(extent, g_gates, in[h0]);
    if (wanted[bias_ih]) gradients[bias_ih] = sum(rows, {0});
    if (wanted[bias_hh]) gradients[bias_hh] = wanted[bias_ih] ? gradients[bias_ih] : sum(rows, {0});
    return gradients;
  }

 private:
  // Of weight_hh, for all steps at once: the states before the steps are those after them, one place further on.
  Tensor weight_gradient(const kernels::LstmExtent& extent, const Tensor& g_gates, const Tensor& start) const {
    const profile::Op profiled("lstm_weight_gradient", g_gates, start, result.get());
    profile::count_flops(recurrent_flops(extent));
    const std::size_t hidden = extent.hidden, width = 4 * hidden, rows = (extent.steps - 1) * extent.batch;
    const Tensor first = start.contiguous();
    Tensor gradient = Tensor::uninitialized({width, hidden}, g_gates.dtype());
    visit_floating(gradient.dtype(), [&]<class T>(TypeTag<T>) {
      const T *g = g_gates.data<T>(), *h = result.get().data<T>();
      const auto multiply = [&](std::size_t count, const T* of_gates, const T* before, bool accumulate) {
        kernels::gemm<T>(width, hidden, count, {of_gates, static_cast<std::ptrdiff_t>(width), true},
                         {before, static_cast<std::ptrdiff_t>(hidden), false}, memory_of<T>(gradient), accumulate);
      };
      multiply(extent.batch, g + extent.at(0) * extent.states() * 4, first.data<T>(), false);
      multiply(rows, extent.reverse ? g : g + extent.states() * 4, extent.reverse ? h + extent.states() : h, true);
    });
    return profiled.result(gradient);
  }
};

Tensor run_lstm(const Tensors& given, bool reverse) {
  if (watched()) return step_by_step(given, reverse);
  const profile::Op profiled("lstm", given);
  Tensors in;
  for (const Tensor& input : given) in.push_back(input.defined() ? input.detach() : Tensor());
  const kernels::LstmExtent extent = extent_of(in, reverse);
  profile::count_flops(recurrent_flops(extent) + 2 * in[x].size() * 4 * extent.hidden);
  const Tensor gates = linear(in[x], in[weight_ih], whole_bias(in));
  const Tensor to_gates = transpose(in[weight_hh]).contiguous();
  const Tensor first_h = in[h0].contiguous(), first_c = in[c0].contiguous();
  const Tensor result = Tensor::uninitialized({2, extent.steps, extent.batch, extent.hidden}, gates.dtype());
  visit_floating(gates.dtype(), [&]<class T>(TypeTag<T>) {
    T* h = memory_of<T>(result);
    kernels::lstm_forward(extent, memory_of<T>(gates), to_gates.data<T>(), first_h.data<T>(), first_c.data<T>(), h,
                          h + result.size() / 2);
  });
  return record_composite("lstm", result, given, LstmRule{reverse, gates, save(result.detach())});
}

void check_shapes(const Tensors& in) {
  const auto is = [&](Input input, const Shape& shape) { return in[input].shape() == shape; };
  const bool has_axes = in[x].dimension() == 3 && in[weight_hh].dimension() == 2 && in[x].shape(0) > 0;
  const std::size_t hidden = has_axes ? in[weight_hh].shape(1) : 0, batch = has_axes ? in[x].shape(1) : 0;
  if (has_axes && is(weight_hh, {4 * hidden, hidden}) && is(weight_ih, {4 * hidden, in[x].shape(2)}) &&
      is(h0, {batch, hidden}) && is(c0, {batch, hidden}) && (!in[bias_ih].defined() || is(bias_ih, {4 * hidden})) &&
      (!in[bias_hh].defined() || is(bias_hh, {4 * hidden}))) {
    return;
  }
  std::string biases;
  for (const Input bias : {bias_ih, bias_hh}) {
    if (in[bias].defined()) biases += (biases.empty() ? "" : ", ") + to_string(in[bias].shape());
  }
  throw ShapeError("lstm: an input of shape " + to_string(in[x].shape()) + ", states of shapes " +
                   to_string(in[h0].shape()) + " and " + to_string(in[c0].shape()) + ", weights of shapes " +
                   to_string(in[weight_ih].shape()) + " and " + to_string(in[weight_hh].shape()) +
                   (biases.empty() ? "" : ", biases of shapes " + biases) +
                   "; they must be (steps, batch, X) with one step or more, twice (batch, H), (4 H, X), (4 H, H) and "
                   "(4 H,)");
}

}  // namespace

LstmGates lstm(const Tensor& sequence, const Tensor& first_h, const Tensor& first_c, const LstmWeights& weights,
               bool reverse) {
  Tensors in{sequence, first_h, first_c, weights.weight_ih, weights.weight_hh, weights.bias_ih, weights.bias_hh};
  check_shapes(in);
  DType dtype = float32;
  for (const Tensor& input : in) dtype = input.defined() ? promote(dtype, as_floating(input.dtype())) : dtype;
  for (Tensor& input : in) {
    if (input.defined() && input.dtype() != dtype) input = astype(input, dtype);
  }
  const Tensor result = run_lstm(in, reverse);
  return {view(result, {0}), view(result, {1})};
}

namespace {

LstmGates of_cases(const Tensors& in, bool reverse = false) {
  const auto bias = [&](std::size_t i) { return i < in.size() ? in[i] : Tensor(); };
  return lstm(in[0], in[1], in[2], {in[3], in[4], bias(5), bias(6)}, reverse);
}

}  // namespace

std::vector<OpEntry> lstm_ops() {
  return {
      {"lstm",
       "recurrent",
       "a layer of long short-term memory over a whole sequence",
       {XTAPE_CASE(of_cases(x).h, any_value(3, 2, 3), any_value(2, 2), any_value(2, 2), any_value(8, 3),
                   any_value(8, 2), any_value(8), any_value(8)),
        XTAPE_CASE(of_cases(x, true).c, any_value(2, 2, 1), any_value(2, 2), any_value(2, 2), any_value(8, 1),
                   any_value(8, 2), any_value(8)),
        XTAPE_CASE(of_cases(x, true).h, any_value(3, 1, 2), any_value(1, 1), any_value(1, 1), any_value(4, 2),
                   any_value(4, 1)),
        XTAPE_CASE(of_cases(x).h, any_value(1, 2, 2), any_value(2, 1), any_value(2, 1), any_value(4, 2),
                   any_value(4, 1))}},
  };
}

}  // namespace xtape
