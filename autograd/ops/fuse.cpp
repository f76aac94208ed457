#include <autograd/engine.hpp>
#include <autograd/ops/fuse/apply.hpp>
#include <autograd/record.hpp>

#include <algorithm>

namespace xtape::fused {

namespace {

constexpr std::size_t most_inputs = kernels::most_sweep_inputs - 1;  // beside the upstream

using Inputs = std::span<const Tensor* const>;

kernels::Source source_of(const Tensor& x, const Shape& shape) {
  return {x.raw_data(), x.dtype(), broadcast_strides(x.shape(), x.strides(), shape)};
}

// Whether one element stands for every one.
bool is_constant(const TensorImpl& x) { return x.size == 1 || is_one_element(x.strides); }

// Runs a sweep over inputs that broadcast to `shape`. Whole arrays and constants are read where they lie, without a
// look at their strides: of 1000 elements, that look would take longer than the sweep.
void sweep(kernels::SweepKernel kernel, const Formula& formula, DType dtype, Inputs inputs, const Shape& shape,
           std::span<void* const> outputs) {
  const std::size_t count = element_count(shape);
  std::array<kernels::SweepInput, kernels::most_sweep_inputs> spans;
  bool plain = true;
  for (std::size_t i = 0; plain && i < inputs.size(); ++i) {
    const TensorImpl& x = *inputs[i]->impl();
    spans[i] = {x.data, is_constant(x)};
    plain = x.dtype == dtype && (spans[i].uniform || (x.contiguous && x.size == count));
  }
  if (plain)
    return kernels::sweep(kernel, formula.function, dtype, std::span(spans.data(), inputs.size()), count, outputs);
  std::vector<kernels::Source> sources;
  for (const Tensor* input : inputs) sources.push_back(source_of(*input, shape));
  kernels::sweep(kernel, formula.function, dtype, sources, shape, outputs);
}

class FusedNode final : public Node {
 public:
  FusedNode(const FormulaPtr& formula, const Kernels& kernels, Inputs inputs)
      : m_formula(formula), m_kernels(kernels), m_arity(inputs.size()) {
    for (std::size_t i = 0; i < m_arity; ++i) {
      m_inputs[i] = node_of(*inputs[i]);
      m_saved[i] = save(*inputs[i]);
    }
  }

  const char* name() const noexcept override { return m_formula->name.c_str(); }
  std::span<const NodePtr> inputs() const noexcept override { return {m_inputs.data(), m_arity}; }
  void release_saved() noexcept override {
    for (std::size_t i = 0; i < m_arity; ++i) m_saved[i] = {};
  }

  void propagate(Tensor upstream, GradientSink& sink) override {
    std::array<bool, most_inputs> wanted{};
    for (std::size_t i = 0; i < m_arity; ++i) wanted[i] = sink.wants(m_inputs[i].get());
    auto gradients = derivatives_wanted() ? in_operations(upstream, wanted) : in_one_sweep(upstream, wanted);
    for (std::size_t i = 0; i < m_arity; ++i) {
      if (wanted[i]) sink.deliver(*this, *m_inputs[i], std::move(gradients[i]));
    }
  }

  Tensors saved() override { return tensors_of(m_saved); }
  Tensor repeat(const Tensors& inputs) const override {
    Tensors places;
    for (std::size_t i = 0; i < m_arity; ++i) {
      places.push_back(inputs[i].defined() || !m_saved[i].kept() ? inputs[i] : m_saved[i].get());
      if (!places[i].defined()) return {};
    }
    return m_kernels.on_tensors(m_formula->function, places);
  }

 private:
  using Wanted = std::array<bool, most_inputs>;
  using Gradients = std::array<Tensor, most_inputs>;

  Gradients in_one_sweep(const Tensor& upstream, const Wanted& wanted) const {
    std::array<const Tensor*, kernels::most_sweep_inputs> inputs{&upstream};
    Gradients gradients;
    std::array<void*, most_inputs> outputs{};
    for (std::size_t i = 0; i < m_arity; ++i) {
      inputs[i + 1] = &m_saved[i].get();
      if (!wanted[i]) continue;
      gradients[i] = Tensor::uninitialized(shape(), dtype());
      outputs[i] = gradients[i].mutable_data();
    }
    if (profile::active()) [[unlikely]]
      count(upstream, gradients);
    sweep(m_kernels.gradient[dtype() == float64], *m_formula, dtype(), {inputs.data(), m_arity + 1}, shape(),
          {outputs.data(), m_arity});
    return gradients;
  }

  void count(const Tensor& upstream, const Gradients& gradients) const {
    std::size_t bytes = profile::bytes_of(upstream), flops = 0;
    for (std::size_t i = 0; i < m_arity; ++i) {
      bytes += profile::bytes_of(m_saved[i].get());
      if (!gradients[i].defined()) continue;
      bytes += profile::bytes_of(gradients[i]);
      flops += upstream.size();
    }
    profile::add(bytes, flops);
  }

  // The formula once more, in recorded operations on its inputs, and their gradients from there.
  Gradients in_operations(const Tensor& upstream, const Wanted& wanted) const {
    const bool create_graph = grad_enabled();
    Tensors places;
    std::vector<Node*> ends;
    for (std::size_t i = 0; i < m_arity; ++i) {
      const Tensor& input = m_saved[i].get();
      places.push_back(entry(input, create_graph, input.requires_grad()));
      if (wanted[i]) ends.push_back(places[i].impl()->node);
    }
    const GradModeGuard recording(true);
    const Tensor y = m_kernels.on_tensors(m_formula->function, places);
    Gradients gradients;
    if (!y.requires_grad()) return gradients;
    const Tensors found = gradients_at(y, ends, upstream, create_graph);
    for (std::size_t i = 0, k = 0; i < m_arity; ++i) {
      if (wanted[i]) gradients[i] = found[k++];
    }
    return gradients;
  }

  FormulaPtr m_formula;
  const Kernels& m_kernels;
  std::size_t m_arity;
  std::array<NodePtr, most_inputs> m_inputs;
  std::array<Saved, most_inputs> m_saved;
};

}  // namespace

Tensor apply_fused(const FormulaPtr& formula, const Kernels& kernels, std::span<const Operand* const> operands) {
  const DType dtype = as_floating(common_dtype(operands));
  std::array<Tensor, most_inputs> numbers;
  std::array<const Tensor*, most_inputs> pointers{};
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (!operands[i]->is_tensor()) numbers[i] = operands[i]->number(dtype);
    pointers[i] = operands[i]->is_tensor() ? &operands[i]->tensor() : &numbers[i];
  }
  const Inputs inputs(pointers.data(), operands.size());
  const char* name = formula->name.c_str();
  if (t_forward_level != 0) {
    Tensors places;
    for (const Tensor* input : inputs) places.push_back(*input);
    return kernels.on_tensors(formula->function, places);
  }

  const profile::Op profiled(name, inputs);
  Shape room;
  const Tensor result = Tensor::uninitialized(common_shape(inputs, name, room), dtype);
  void* const outputs[] = {result.mutable_data()};
  sweep(kernels.value[dtype == float64], *formula, dtype, inputs, result.shape(), outputs);
  const auto requires_grad = [](const Tensor* input) { return input->requires_grad(); };
  if (grad_enabled() && std::any_of(inputs.begin(), inputs.end(), requires_grad)) {
    (new FusedNode(formula, kernels, inputs))->attach_to(*result.impl());
  }
  if (anomaly::detecting()) anomaly::check_forward(name, result, inputs, formula->place);
  profile::count_flops(result.size());
  return profiled.result(result);
}

}  // namespace xtape::fused
