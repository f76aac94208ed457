#include <autograd/kernels/gates.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/recurrent.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/ops/slice.hpp>
#include <autograd/record.hpp>

namespace xtape {

namespace {

// Whether `gates` has the shape of `state` with `count` times its last size.
bool has_gates(const Tensor& gates, const Tensor& state, std::size_t count) {
  if (state.dimension() == 0) return false;
  Shape expected = state.shape();
  expected.back() *= count;
  return gates.shape() == expected;
}

// Calls function(tag, rows, width) for the states' dtype and sizes.
template <class F>
void visit_rows(const Tensor& state, const F& function) {
  const std::size_t width = state.shape(-1), rows = width == 0 ? 0 : state.size() / width;
  visit_floating(state.dtype(), [&]<class T>(TypeTag<T> tag) { function(tag, rows, width); });
}

template <class T>
T* memory_of(const Tensor& tensor) {
  return static_cast<T*>(tensor.mutable_data());
}

// The values that a kernel reads, one row behind the other.
Tensor rows_of(const Tensor& x) { return x.detach().contiguous(); }

// --- long short-term memory: h' and c' are the two halves of one result

Tensor run_lstm(const Tensor& given_gates, const Tensor& given_c) {
  const Tensor gates = rows_of(given_gates), c = rows_of(given_c);
  Shape shape{2};
  for (std::size_t size : c.shape()) shape.push_back(size);
  const Tensor result = Tensor::uninitialized(shape, c.dtype());
  visit_rows(c, [&]<class T>(TypeTag<T>, std::size_t rows, std::size_t width) {
    T* next = memory_of<T>(result);
    kernels::lstm_gates(gates.data<T>(), c.data<T>(), rows, width, next, next + c.size());
  });
  return result;
}

// The gradient of c' in all, from that of h' and its own.
Tensor gradient_of_next(const Tensor& g, const Tensor& result, const Tensor& output_gate) {
  return view(g, {1}) + view(g, {0}) * output_gate * (1.0 - square(tanh(view(result, {1}))));
}

Tensor lstm_gates_gradient(const Tensor& g, const Tensor& result, const Tensor& gates, const Tensor& c) {
  if (derivatives_wanted()) {
    const Tensors parts = split(gates, 4, -1);
    const Tensor i = sigmoid(parts[0]), f = sigmoid(parts[1]), n = tanh(parts[2]), o = sigmoid(parts[3]);
    const Tensor total = gradient_of_next(g, result, o);
    return concatenate({total * n * i * (1.0 - i), total * c * f * (1.0 - f), total * i * (1.0 - square(n)),
                        view(g, {0}) * tanh(view(result, {1})) * o * (1.0 - o)},
                       -1);
  }
  const profile::Op profiled("lstm_gates_gradient", g, result, gates, c);
  const Tensor upstream = rows_of(g), gate_rows = rows_of(gates), state = rows_of(c);
  const Tensor gradient = Tensor::uninitialized(gates.shape(), gates.dtype());
  visit_rows(state, [&]<class T>(TypeTag<T>, std::size_t rows, std::size_t width) {
    const T *g_h = upstream.data<T>(), *next_c = result.data<T>() + c.size();
    kernels::lstm_gates_gradient(gate_rows.data<T>(), state.data<T>(), next_c, g_h, g_h + c.size(), rows, width,
                                 memory_of<T>(gradient));
  });
  return profiled.result(gradient);
}

Tensor lstm_state_gradient(const Tensor& g, const Tensor& result, const Tensor& gates) {
  if (derivatives_wanted()) {
    const Tensors parts = split(gates, 4, -1);
    return gradient_of_next(g, result, sigmoid(parts[3])) * sigmoid(parts[1]);
  }
  const profile::Op profiled("lstm_state_gradient", g, result, gates);
  const Tensor upstream = rows_of(g), gate_rows = rows_of(gates);
  const Tensor gradient = Tensor::uninitialized(Shape(g.shape().begin() + 1, g.shape().end()), g.dtype());
  visit_rows(gradient, [&]<class T>(TypeTag<T>, std::size_t rows, std::size_t width) {
    const T *g_h = upstream.data<T>(), *next_c = result.data<T>() + gradient.size();
    kernels::lstm_state_gradient(gate_rows.data<T>(), next_c, g_h, g_h + gradient.size(), rows, width,
                                 memory_of<T>(gradient));
  });
  return profiled.result(gradient);
}

}  // namespace

LstmGates lstm_gates(const Tensor& gates, const Tensor& c) {
  if (!has_gates(gates, c, 4)) {
    throw ShapeError("lstm_gates: gates of shape " + to_string(gates.shape()) + " and a state of shape " +
                     to_string(c.shape()) + "; they must be (..., 4 H) and (..., H)");
  }
  const DType dtype = as_floating(promote(gates.dtype(), c.dtype()));
  if (gates.dtype() != dtype || c.dtype() != dtype) return lstm_gates(astype(gates, dtype), astype(c, dtype));
  const profile::Op profiled("lstm_gates", gates, c);
  const Tensor result = record(
      "lstm_gates", run_lstm(gates, c),
      From{gates, [gates = save(gates), c = save(c)](
                      const Tensor& g, const Tensor& y) { return lstm_gates_gradient(g, y, gates.get(), c.get()); }},
      From{c,
           [gates = save(gates)](const Tensor& g, const Tensor& y) { return lstm_state_gradient(g, y, gates.get()); }});
  return {view(result, {0}), view(result, {1})};
}

// --- gated recurrent unit

namespace {

Tensor run_gru(const Tensor& x_gates, const Tensor& h_gates, const Tensor& h) {
  const Tensor x = rows_of(x_gates), y = rows_of(h_gates), state = rows_of(h);
  const Tensor result = Tensor::uninitialized(h.shape(), h.dtype());
  visit_rows(h, [&]<class T>(TypeTag<T>, std::size_t rows, std::size_t width) {
    kernels::gru_gates(x.data<T>(), y.data<T>(), state.data<T>(), rows, width, memory_of<T>(result));
  });
  return result;
}

// What the rules of a gated recurrent unit need.
struct GruInputs {
  Saved x_gates, h_gates, h;

  // Of x_gates, or of h_gates, which differ in the last part only.
  Tensor gradient(const Tensor& g, bool of_state) const {
    return derivatives_wanted() ? expression(g, of_state) : by_kernel(g, of_state);
  }
  Tensor update_gate() const { return sigmoid(part(x_gates, 1) + part(h_gates, 1)); }

 private:
  static Tensor part(const Saved& gates, std::size_t i) { return split(gates.get(), 3, -1)[i]; }

  Tensor expression(const Tensor& g, bool of_state) const {
    const Tensor from_state = part(h_gates, 2);
    const Tensor r = sigmoid(part(x_gates, 0) + part(h_gates, 0)), z = update_gate();
    const Tensor n = tanh(part(x_gates, 2) + r * from_state);
    const Tensor of_n = g * (1.0 - z) * (1.0 - square(n));
    return concatenate(
        {of_n * from_state * r * (1.0 - r), g * (h.get() - n) * z * (1.0 - z), of_state ? of_n * r : of_n}, -1);
  }
  Tensor by_kernel(const Tensor& g, bool of_state) const {
    const profile::Op profiled("gru_gates_gradient", x_gates.get(), h_gates.get(), h.get(), g);
    const Tensor x = rows_of(x_gates.get()), y = rows_of(h_gates.get()), state = rows_of(h.get()),
                 upstream = rows_of(g);
    const Tensor gradient = Tensor::uninitialized(x.shape(), x.dtype());
    visit_rows(state, [&]<class T>(TypeTag<T>, std::size_t rows, std::size_t width) {
      kernels::gru_gates_gradient(x.data<T>(), y.data<T>(), state.data<T>(), upstream.data<T>(), rows, width, of_state,
                                  memory_of<T>(gradient));
    });
    return profiled.result(gradient);
  }
};

}  // namespace

Tensor gru_gates(const Tensor& x_gates, const Tensor& h_gates, const Tensor& h) {
  if (!has_gates(x_gates, h, 3) || h_gates.shape() != x_gates.shape()) {
    throw ShapeError("gru_gates: gates of shapes " + to_string(x_gates.shape()) + " and " + to_string(h_gates.shape()) +
                     " and a state of shape " + to_string(h.shape()) +
                     "; they must be (..., 3 H), (..., 3 H) and (..., H)");
  }
  const DType dtype = as_floating(promote(promote(x_gates.dtype(), h_gates.dtype()), h.dtype()));
  if (x_gates.dtype() != dtype || h_gates.dtype() != dtype || h.dtype() != dtype) {
    return gru_gates(astype(x_gates, dtype), astype(h_gates, dtype), astype(h, dtype));
  }
  const profile::Op profiled("gru_gates", x_gates, h_gates, h);
  const GruInputs inputs{save(x_gates), save(h_gates), save(h)};
  return record("gru_gates", run_gru(x_gates, h_gates, h),
                From{x_gates, [inputs](const Tensor& g) { return inputs.gradient(g, false); }},
                From{h_gates, [inputs](const Tensor& g) { return inputs.gradient(g, true); }},
                From{h, [inputs](const Tensor& g) { return g * inputs.update_gate(); }});
}

std::vector<OpEntry> recurrent_ops() {
  return {
      {"lstm_gates",
       "recurrent",
       "one step of a long short-term memory behind its matrix products",
       {XTAPE_CASE(lstm_gates(x[0], x[1]).h, any_value(2, 12), any_value(2, 3)),
        XTAPE_CASE(lstm_gates(x[0], x[1]).c, any_value(2, 12), any_value(2, 3)),
        XTAPE_CASE(lstm_gates(x[0], x[1]).h, any_value(8), any_value(2)),
        XTAPE_CASE(lstm_gates(x[0], x[1]).h, any_value(0, 4), any_value(0, 1))}},
      {"gru_gates",
       "recurrent",
       "one step of a gated recurrent unit behind its matrix products",
       {XTAPE_CASE(gru_gates(x[0], x[1], x[2]), any_value(2, 9), any_value(2, 9), any_value(2, 3)),
        XTAPE_CASE(gru_gates(x[0], x[1], x[2]), any_value(6), any_value(6), any_value(2)),
        XTAPE_CASE(gru_gates(x[0], x[1], x[2]), any_value(0, 3), any_value(0, 3), any_value(0, 1))}},
  };
}

}  // namespace xtape
