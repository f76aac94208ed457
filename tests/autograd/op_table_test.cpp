// Walks the op table: the gradient of every op against central differences, to second order, on every case of the
// table and on strided views of its inputs, and its float32 kernel against the float64 one.

#include <doctest/doctest.h>

#include <autograd/ops/op_table.hpp>
#include <xtape.hpp>

#include <cstdio>

using namespace xtape;

namespace {

// Values in the input's domain, none within a step of a kink or of each other (a tie would be a kink of amax).
Tensor draw(const OpInput& input, random::Numpy& numpy) {
  if (input.dtype == boolean) {
    Tensor condition = Tensor::uninitialized(input.shape, boolean);
    for (std::size_t i = 0; i < condition.size(); ++i)
      static_cast<bool*>(condition.mutable_data())[i] = numpy.rand() < 0.5;
    return condition;
  }
  Tensor values = Tensor::uninitialized(input.shape, float64);
  auto* out = static_cast<double*>(values.mutable_data());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto clear = [&](double x) {
      for (double kink : input.domain.kinks) {
        if (std::abs(x - kink) < 1e-2) return false;
      }
      for (std::size_t j = 0; j < i; ++j) {
        if (std::abs(x - out[j]) < 1e-4) return false;
      }
      return true;
    };
    do out[i] = numpy.uniform(input.domain.low, input.domain.high);
    while (!clear(out[i]));
  }
  return values;
}

// The same function on inputs that are views into larger or transposed arrays; and the arrays.
TensorFunction on_views(const TensorFunction& function, const Tensors& inputs, Tensors& bases) {
  bases.clear();
  for (const Tensor& input : inputs) {
    const Tensor whole =
        input.dimension() == 0 ? stack({input, input}, 0) : stack({transpose(input), transpose(input)}, -1);
    bases.push_back(whole.contiguous());
  }
  return [function](const Tensors& given) {
    Tensors views;
    for (const Tensor& base : given) views.push_back(transpose(view(base, {xt::ellipsis(), 1})));
    return function(views);
  };
}

struct Counts {
  int ops = 0, cases = 0, failures = 0;
  double worst = 0.0;
};

void check(Counts& counts, const GradcheckResult& result, const OpEntry& op, const OpCase& op_case, const char* what) {
  ++counts.cases;
  counts.failures += !result.ok;
  counts.worst = std::max(counts.worst, result.max_error);
  CHECK_MESSAGE(result.ok, op.name << ", " << op_case.expression << ", " << what << ": " << result.message);
}

}  // namespace

TEST_CASE("every op's gradient agrees with central differences, to second order, on views too") {
  Counts counts;
  for (const OpEntry& op : op_table()) {
    ++counts.ops;
    for (const OpCase& op_case : op.cases) {
      random::Numpy numpy(static_cast<std::uint32_t>(counts.cases));
      Tensors inputs, bases;
      for (const OpInput& input : op_case.inputs) inputs.push_back(draw(input, numpy));
      check(counts, gradcheck(op_case.function, inputs), op, op_case, "first order");
      check(counts, gradgradcheck(op_case.function, inputs), op, op_case, "second order");
      const TensorFunction viewed = on_views(op_case.function, inputs, bases);
      check(counts, gradcheck(viewed, bases), op, op_case, "on strided views");
    }
  }
  std::printf("op table: %d ops, %d gradient checks, %d failures, largest relative error %.1e\n", counts.ops,
              counts.cases, counts.failures, counts.worst);
  CHECK(counts.ops > 80);
}

TEST_CASE("float32 values and gradients agree with float64") {
  for (const OpEntry& op : op_table()) {
    for (const OpCase& op_case : op.cases) {
      random::Numpy numpy(7);
      Tensors wide, narrow;
      for (const OpInput& input : op_case.inputs) {
        Tensor values = draw(input, numpy);
        if (input.dtype == float64) {
          // Both start from the same float32 values.
          narrow.push_back(astype(values, float32).requires_grad_());
          wide.push_back(astype(narrow.back().detach(), float64).requires_grad_());
        } else {
          narrow.push_back(values);
          wide.push_back(values);
        }
      }
      const Tensor y = op_case.function(narrow), expected = op_case.function(wide);
      const auto close = [&](const Tensor& a, const Tensor& b) {
        const Tensor error = abs(astype(a, float64) - b) / maximum(1.0, abs(b));
        return error.size() == 0 || amax(error).item() < 1e-4;
      };
      CHECK_MESSAGE(close(y.detach(), expected.detach()), op_case.expression);
      if (!y.requires_grad()) continue;
      sum(y).backward();
      sum(expected).backward();
      for (std::size_t i = 0; i < wide.size(); ++i) {
        if (wide[i].requires_grad() && wide[i].grad().defined()) {
          CHECK_MESSAGE(close(narrow[i].grad(), wide[i].grad()), op_case.expression << " gradient of input " << i);
        }
      }
    }
  }
}
