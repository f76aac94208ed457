#include <autograd/factories.hpp>
#include <autograd/forward.hpp>
#include <autograd/kernels/parallel.hpp>
#include <autograd/kernels/simd_level.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/elementwise/op.hpp>
#include <autograd/record.hpp>

#include <algorithm>
#include <span>

namespace xtape {

namespace rules {

extern const SimdKernels elementwise_baseline[row_count];
#ifdef XTAPE_X86_LEVELS
extern const SimdKernels elementwise_avx2[row_count];
extern const SimdKernels elementwise_avx512[row_count];
#endif

const SimdKernels& simd_kernels(Id id) {
  static const auto& chosen = XTAPE_OF_SIMD_LEVEL(elementwise);
  return chosen[static_cast<std::size_t>(id)];
}

}  // namespace rules

namespace {

using rules::ElementwiseOp, rules::Form, rules::Kind;

constexpr std::size_t most_arguments = rules::most_operands + 2;  // upstream, inputs, output

// An array that a loop reads; without data it is not read.
struct Argument {
  Argument() noexcept {}  // sets no more than `data`: each call makes several that stay empty
  explicit Argument(const TensorImpl& tensor)
      : data(tensor.data),
        dtype(tensor.dtype),
        contiguous(tensor.contiguous),
        constant(tensor.size == 1 || (!contiguous && is_one_element(tensor.strides))),
        size(tensor.size),
        shape(&tensor.shape),
        strides(&tensor.strides) {}
  explicit Argument(const Tensor& tensor) : Argument(*tensor.impl()) {}

  const void* data = nullptr;
  DType dtype;
  bool contiguous;
  bool constant;  // one element stands for every one
  std::size_t size;
  const Shape* shape;
  const Strides* strides;  // null: contiguous
};

std::size_t type_index(DType compute) { return compute == float32 ? 0 : compute == float64 ? 1 : 2; }

// A loop of the table in its two forms: scalar for single elements, SIMD for the rest. The second is looked up only
// where it is needed; integers have the scalar one alone.
struct Loop {
  static Loop value(const ElementwiseOp& op, DType compute) { return {op, compute, op.value[type_index(compute)], -1}; }
  static Loop gradient(const ElementwiseOp& op, DType compute, std::size_t input) {
    return {op, compute, op.gradient[input].kernel[type_index(compute)], static_cast<int>(input)};
  }

  kernels::MapKernel simd() const {
    const std::size_t type = type_index(compute);
    if (type == 2) return scalar;
    const rules::SimdKernels& kernels = rules::simd_kernels(op.id);
    return input < 0 ? kernels.value[type] : kernels.gradient[static_cast<std::size_t>(input)][type];
  }

  const ElementwiseOp& op;
  DType compute;
  kernels::MapKernel scalar;
  int input;  // whose gradient; -1: the value
};

using Spans = std::array<const void*, most_arguments>;

// Every argument is a contiguous span of the compute type, whose pieces go to the threads, or uniform.
void run_in_pieces(const Loop& loop, const Spans& spans, kernels::MapMode mode, std::size_t count, std::byte* output) {
  const kernels::MapKernel simd_loop = loop.simd();
  const bool in_place = std::find(spans.begin(), spans.end(), output) != spans.end();
  mode.past_the_cache = !in_place && !mode.adds && count * item_bytes(loop.compute) > kernels::cached_bytes;
  kernels::parallel_for(count, kernels::parallel_grain, [&](std::size_t begin, std::size_t end) {
    const std::size_t bytes = begin * item_bytes(loop.compute);
    Spans part = spans;
    for (std::size_t i = 0; begin > 0 && i < part.size(); ++i) {
      if (part[i] && (mode.uniform >> i & 1) == 0) part[i] = static_cast<const std::byte*>(part[i]) + bytes;
    }
    simd_loop(part.data(), mode, output + bytes, end - begin);
  });
}

// Arguments that are broadcast, strided or of another type. The loop takes the axes in the order of the output's
// memory.
void run_strided(const Loop& loop, std::span<const Argument> arguments, const Tensor& output) {
  std::vector<std::size_t> order;
  if (!output.is_contiguous()) order = memory_order(output.strides());
  std::array<kernels::Source, most_arguments> sources;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const Argument& argument = arguments[i];
    if (!argument.data) continue;
    const Strides& strides = argument.strides ? *argument.strides : contiguous_strides(*argument.shape);
    const Strides steps = broadcast_strides(*argument.shape, strides, output.shape());
    sources[i] = {argument.data, argument.dtype, order.empty() ? steps : permuted(steps, order)};
  }
  kernels::map(loop.simd(), loop.compute, std::span(sources.data(), arguments.size()),
               order.empty() ? output.shape() : permuted(output.shape(), order), output.mutable_data(), output.dtype());
}

// Whether an argument's elements lie in memory one by one as the output's do.
bool lies_like(const Argument& argument, const Tensor& output) {
  if (argument.size != output.size()) return false;
  if (argument.contiguous || output.is_contiguous()) return argument.contiguous && output.is_contiguous();
  return same(*argument.shape, output.shape()) && *argument.strides == output.strides();
}

// The layout of a result of `shape`: that of its arguments, where all of that shape lie alike and without gaps; else
// null, contiguous. A chain of operations behind a convolution stays in the order that this has made.
const Strides* common_layout(std::span<const Argument> arguments, const Shape& shape) {
  const auto asks_for_nothing = [](const Argument& a) { return !a.data || a.contiguous || a.constant; };
  if (std::all_of(arguments.begin(), arguments.end(), asks_for_nothing)) return nullptr;
  const Argument* first = nullptr;
  for (const Argument& argument : arguments) {
    if (!argument.data || !same(*argument.shape, shape)) continue;
    if (argument.contiguous || (first && *argument.strides != *first->strides)) return nullptr;
    first = &argument;
  }
  return first && is_dense(shape, *first->strides) ? first->strides : nullptr;
}

Tensor new_output(std::span<const Argument> arguments, const Shape& shape, DType dtype) {
  const Strides* layout = common_layout(arguments, shape);
  return layout ? Tensor::uninitialized(shape, dtype, *layout) : Tensor::uninitialized(shape, dtype);
}

// Runs a loop over arguments that are spans, all of its type, into the dense `output`, or adds to that; false where
// they are not.
bool run_spans(const Loop& loop, std::span<const Argument> arguments, const Tensor& output, bool adds) {
  if (output.dtype() != loop.compute) return false;
  Spans spans{};
  kernels::MapMode mode{.adds = adds};
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const Argument& argument = arguments[i];
    spans[i] = argument.data;
    if (!argument.data) continue;
    mode.uniform |= static_cast<unsigned>(argument.constant) << i;
    if (argument.dtype != loop.compute || !(argument.constant || lies_like(argument, output))) return false;
  }
  auto* out = static_cast<std::byte*>(output.mutable_data());
  if (output.size() == 1) {
    loop.scalar(spans.data(), {.adds = adds}, out, 1);
  } else {
    run_in_pieces(loop, spans, mode, output.size(), out);
  }
  return true;
}

// Runs a loop over broadcast arguments into the dense `output`.
void run_loop(const Loop& loop, std::span<const Argument> arguments, const Tensor& output) {
  if (!run_spans(loop, arguments, output, false)) run_strided(loop, arguments, output);
}

// What a loop reads and writes.
std::size_t bytes_moved(std::span<const Argument> arguments, const Tensor& output) {
  std::size_t bytes = profile::bytes_of(output);
  for (const Argument& argument : arguments) {
    if (argument.data) bytes += profile::bytes_of(*argument.shape, argument.strides, argument.dtype);
  }
  return bytes;
}

// What the rules of the inputs that require gradients read, as bits: the upstream, the inputs, the output.
unsigned used_by_rules(const ElementwiseOp& op, std::span<const Tensor* const> inputs) {
  unsigned used = 0;
  for (std::size_t i = 0; i < op.arity; ++i) {
    if (inputs[i]->requires_grad()) used |= op.gradient[i].uses;
  }
  return used;
}

class ElementwiseNode final : public Node {
 public:
  // Saves the inputs that are `used` by rules, as bits.
  ElementwiseNode(const ElementwiseOp& op, std::span<const Tensor* const> inputs, unsigned used) : m_op(op) {
    for (std::size_t i = 0; i < op.arity; ++i) m_inputs[i] = node_of(*inputs[i]);
    for (std::size_t i = 0; i < op.arity; ++i) {
      if (used >> (i + 1) & 1) m_saved[i] = save(*inputs[i]);
    }
  }

  void keep_output(const TensorImpl& output) { m_saved_output.keep(output); }

  const char* name() const noexcept override { return m_op.name; }
  std::span<const NodePtr> inputs() const noexcept override { return {m_inputs.data(), m_op.arity}; }
  void release_saved() noexcept override {
    for (Saved& saved : m_saved) {
      if (saved.kept()) saved = {};
    }
    m_saved_output.free();
  }

  void propagate(Tensor upstream, GradientSink& sink) override {
    std::size_t last = m_op.arity;
    while (!m_inputs[last - 1]) --last;
    for (std::size_t i = 0; i < last; ++i) {
      Node* const input = m_inputs[i].get();
      if (!sink.wants(input)) continue;
      const Tensor* const sum = sink.sum_to_add_to(*input);
      if (sum && add_gradient(i, upstream, *sum)) continue;
      sink.deliver(*this, *input, gradient_of(i, upstream, i + 1 == last));
    }
  }

  Tensors saved() override {
    Tensors found = tensors_of(m_saved);
    if (m_saved_output.kept()) found.push_back(m_saved_output.get(*this));
    return found;
  }
  Tensor repeat(const Tensors& inputs) const override;

 private:
  Tensor saved_input(std::size_t i) const { return m_saved[i].kept() ? m_saved[i].get() : Tensor(); }

  Tensor gradient_of(std::size_t i, Tensor& upstream, bool last_use) {
    switch (m_op.gradient[i].form) {
      case Form::passed_on:
        return last_use ? std::move(upstream) : upstream;
      case Form::flat:
        return zeros(shape(), {.dtype = dtype()});
      case Form::by_formula:
        break;
    }
    return derivatives_wanted() ? apply_rule(i, upstream) : run_rule(i, upstream, last_use);
  }

  // The rule in recorded tensor operations, for derivatives of derivatives.
  Tensor apply_rule(std::size_t i, const Tensor& upstream) {
    const std::array<Tensor, rules::most_operands> inputs{saved_input(0), saved_input(1), saved_input(2)};
    return m_op.gradient[i].rule(upstream, inputs.data(), m_saved_output.kept() ? m_saved_output.get(*this) : Tensor());
  }

  // What the rule of input `i` reads: the upstream, the inputs, the output.
  struct RuleArguments {
    RuleArguments(const ElementwiseNode& node, std::size_t i, const Tensor& upstream) : count(node.m_op.arity + 2u) {
      const auto uses = [used = node.m_op.gradient[i].uses](std::size_t argument) {
        return (used >> argument & 1) != 0;
      };
      if (uses(0)) all[0] = Argument(upstream);
      for (std::size_t a = 0; a < node.m_op.arity; ++a) {
        if (uses(a + 1)) all[a + 1] = Argument(node.m_saved[a].get());
      }
      if (!uses(count - 1)) return;
      Argument& output = all[count - 1];
      output.data = node.m_saved_output.data();
      output.dtype = node.dtype();
      output.size = upstream.size();
      output.constant = output.size == 1;
      output.shape = &node.shape();
      output.strides = node.m_saved_output.strides();
      output.contiguous = !output.strides;
    }
    operator std::span<const Argument>() const { return {all.data(), count}; }

    std::size_t count;
    std::array<Argument, most_arguments> all;
  };

  // The rule in one sweep, added to what has arrived at input `i`; false where that or an argument lies otherwise.
  bool add_gradient(std::size_t i, const Tensor& upstream, const Tensor& sum) {
    if (m_op.gradient[i].form != Form::by_formula || sum.dtype() != dtype() || !same(sum.shape(), shape()))
      return false;
    const RuleArguments used(*this, i, upstream);
    if (!run_spans(Loop::gradient(m_op, dtype(), i), used, sum, true)) return false;
    if (profile::active()) [[unlikely]]
      profile::add(bytes_moved(used, sum) + profile::bytes_of(sum), 2 * sum.size());
    return true;
  }

  // The rule in one sweep; into the upstream's own memory where this is its last use and nobody else holds it.
  Tensor run_rule(std::size_t i, const Tensor& upstream, bool last_use) {
    const RuleArguments used(*this, i, upstream);
    const bool overwrite = last_use && upstream.impl()->overwritable();
    const Tensor result = overwrite ? upstream : new_output(used, shape(), dtype());
    if (profile::active()) [[unlikely]]
      profile::add(bytes_moved(used, result), result.size());
    run_loop(Loop::gradient(m_op, dtype(), i), used, result);
    return result;
  }

  const ElementwiseOp& m_op;
  std::array<NodePtr, rules::most_operands> m_inputs;
  std::array<Saved, rules::most_operands> m_saved;
  SavedOutput m_saved_output;
};

using Inputs = std::span<const Tensor* const>;

bool is_recorded(Inputs inputs, DType result_dtype) {
  if (!grad_enabled() || !is_floating(result_dtype)) return false;
  return std::any_of(inputs.begin(), inputs.end(), [](const Tensor* input) { return input->requires_grad(); });
}

// Where the result goes: the memory of an operand that is about to vanish and that no rule reads, or new memory.
Tensor output_for(std::span<const Operand* const> operands, std::span<const Argument> arguments, const Shape& shape,
                  DType dtype, unsigned used) {
  for (std::size_t i = 0; i < operands.size() && !watched(); ++i) {
    if ((used >> (i + 1) & 1) != 0 || !operands[i]->expiring()) continue;
    const Tensor& expiring = operands[i]->tensor();
    if (!expiring.impl()->overwritable()) continue;
    if (expiring.dtype() != dtype || !same(expiring.shape(), shape)) continue;
    return Tensor(TensorImpl::view(*expiring.impl(), shape, expiring.strides()));
  }
  return new_output(arguments, shape, dtype);
}

// The tangent of `result` that one of input `i` makes: a local rule is its own transpose.
Tensor push(const ElementwiseOp& op, Inputs inputs, const Tensor& result, std::size_t i, const Tensor& tangent) {
  const ElementwiseOp::Gradient& gradient = op.gradient[i];
  if (gradient.form == Form::flat) return {};
  if (gradient.form == Form::passed_on) return tangent;
  std::array<Tensor, rules::most_operands> values;
  for (std::size_t k = 0; k < inputs.size(); ++k) values[k] = *inputs[k];
  return gradient.rule(tangent, values.data(), result);
}

// Shows the operation to forward mode and to anomaly detection.
void show(const ElementwiseOp& op, const Tensor& result, Inputs inputs, const Place& place) {
  if (t_forward_level != 0) {
    forward::carry(result, inputs,
                   [&](std::size_t i, const Tensor& tangent) { return push(op, inputs, result, i, tangent); });
  }
  if (anomaly::detecting()) anomaly::check_forward(op.name, result, inputs, place);
}

void check_condition(const Operand& condition) {
  const DType dtype = condition.is_tensor() ? condition.tensor().dtype() : condition.number_type();
  if (dtype == boolean) return;
  throw DtypeError(std::string("where: the condition is ") + to_string(dtype) +
                   "; it must be boolean, such as `x > 0`");
}

Tensor compute(rules::Id id, std::span<const Operand* const> operands) {
  const ElementwiseOp& op = rules::elementwise_op(id);
  if (id == rules::Id::where) check_condition(*operands[0]);
  const DType common = common_dtype(operands);
  const DType compute = op.kind == Kind::floating ? as_floating(common) : is_floating(common) ? common : int64;
  const DType result_dtype = op.kind == Kind::boolean ? boolean : op.kind == Kind::floating ? compute : common;

  std::array<Tensor, rules::most_operands> numbers;
  std::array<const Tensor*, rules::most_operands> pointers{};
  std::array<Argument, rules::most_operands> arguments;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const bool is_condition = id == rules::Id::where && i == 0;
    if (!operands[i]->is_tensor()) numbers[i] = operands[i]->number(is_condition ? boolean : compute);
    pointers[i] = operands[i]->is_tensor() ? &operands[i]->tensor() : &numbers[i];
    arguments[i] = Argument(*pointers[i]);
  }
  const Inputs inputs(pointers.data(), operands.size());
  const bool recorded = is_recorded(inputs, result_dtype);
  const unsigned read_later = recorded ? used_by_rules(op, inputs) : 0;
  const std::span used(arguments.data(), operands.size());
  Shape room;
  const Shape& shape = common_shape(inputs, op.name, room);
  const Tensor result = output_for(operands, used, shape, result_dtype, read_later);
  run_loop(Loop::value(op, compute), used, result);
  ElementwiseNode* node = nullptr;
  if (recorded) {
    node = new ElementwiseNode(op, inputs, read_later);
    node->attach_to(*result.impl());
  }
  if (watched()) show(op, result, inputs, operands.back()->place());
  if ((read_later >> (op.arity + 1) & 1) != 0) node->keep_output(*result.impl());
  return result;
}

Tensor ElementwiseNode::repeat(const Tensors& inputs) const {
  std::array<Tensor, rules::most_operands> values;
  std::vector<Operand> operands;
  std::array<const Operand*, rules::most_operands> pointers{};
  operands.reserve(m_op.arity);
  for (std::size_t i = 0; i < m_op.arity; ++i) {
    values[i] = inputs[i].defined() ? inputs[i] : saved_input(i);
    if (!values[i].defined()) return {};
    pointers[i] = &operands.emplace_back(values[i]);
  }
  return compute(m_op.id, {pointers.data(), m_op.arity});
}

Tensor profiled(rules::Id id, std::span<const Operand* const> operands) {
  const auto tensor = [&](std::size_t i) {
    return i < operands.size() && operands[i]->is_tensor() ? operands[i]->tensor() : Tensor();
  };
  const profile::Op op(rules::elementwise_op(id).name, tensor(0), tensor(1), tensor(2));
  const Tensor result = compute(id, operands);
  profile::count_flops(result.size());
  return op.result(result);
}

Tensor elementwise(rules::Id id, std::span<const Operand* const> operands) {
  if (profile::active()) [[unlikely]]
    return profiled(id, operands);
  return compute(id, operands);
}

}  // namespace

bool add_in_place(const Tensor& sum, const Tensor& value) {
  if (!sum.impl()->overwritable() || sum.dtype() != value.dtype() || !same(sum.shape(), value.shape())) return false;
  const profile::Op profiled("accumulate", sum, value);
  profile::count_flops(sum.size());
  const Argument arguments[] = {Argument(sum), Argument(value)};
  run_loop(Loop::value(rules::elementwise_op(rules::Id::add), sum.dtype()), arguments, sum);
  profiled.result(sum);
  return true;
}

#define XTAPE_OP_1(kind, name, ...)                \
  Tensor name(const Operand& x) {                  \
    const Operand* const operands[] = {&x};        \
    return elementwise(rules::Id::name, operands); \
  }
#define XTAPE_OP_2(kind, name, ...)                 \
  Tensor name(const Operand& a, const Operand& b) { \
    const Operand* const operands[] = {&a, &b};     \
    return elementwise(rules::Id::name, operands);  \
  }
#define XTAPE_OP_3(kind, name, ...)                                   \
  Tensor name(const Operand& a, const Operand& b, const Operand& c) { \
    const Operand* const operands[] = {&a, &b, &c};                   \
    return elementwise(rules::Id::name, operands);                    \
  }
#include <autograd/ops/elementwise/all.hpp>

}  // namespace xtape
