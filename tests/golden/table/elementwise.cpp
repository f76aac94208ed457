#include <golden/table.hpp>

namespace golden {

namespace {

Op one(Tensor (*f)(const Operand&)) {
  return [f](const Inputs& x, const Options&) { return f(x[0]); };
}
Op two(Tensor (*f)(const Operand&, const Operand&)) {
  return [f](const Inputs& x, const Options&) { return f(x[0], x[1]); };
}
// The second operand is an option.
Op with(Tensor (*f)(const Operand&, const Operand&), const char* option) {
  return [f, option](const Inputs& x, const Options& o) { return f(x[0], o.get<double>(option)); };
}

// One number for each channel, along axis 1.
Tensor channels(const Tensor& weight, const Tensor& x) {
  Shape shape(x.shape().size() - (x.shape().size() > 1 ? 1 : 0), 1);
  shape[0] = weight.size();
  return reshape(weight, shape);
}

}  // namespace

Table elementwise_table() {
  return {
      {"abs", one(abs)},
      {"acos", one(acos)},
      {"acosh", one(acosh)},
      {"add", two(add)},
      {"asin", one(asin)},
      {"asinh", one(asinh)},
      {"atan", one(atan)},
      {"atan2", two(atan2)},
      {"atanh", one(atanh)},
      {"cbrt", one(cbrt)},
      {"ceil", one(ceil)},
      {"celu", with(celu, "alpha")},
      {"clip",
       [](const Inputs& x, const Options& o) {
         return o.has("low") ? clip(x[0], o.get<double>("low"), o.get<double>("high")) : clip(x[0], x[1], x[2]);
       }},
      {"cos", one(cos)},
      {"cosh", one(cosh)},
      {"cube", one(cube)},
      {"digamma", one(digamma)},
      {"divide", two(divide)},
      {"elu", with(elu, "alpha")},
      {"equal", two(equal)},
      {"erf", one(erf)},
      {"erfc", one(erfc)},
      {"exp", one(exp)},
      {"exp2", one(exp2)},
      {"expm1", one(expm1)},
      {"floor", one(floor)},
      {"fmax", two(fmax)},
      {"fmin", two(fmin)},
      {"fmod", two(fmod)},
      {"gelu", one(gelu)},
      {"gelu_tanh", one(gelu_tanh)},
      {"greater", two(greater)},
      {"greater_equal", two(greater_equal)},
      {"hardshrink", with(hardshrink, "bound")},
      {"hardsigmoid", one(hardsigmoid)},
      {"hardswish", one(hardswish)},
      {"hardtanh",
       [](const Inputs& x, const Options& o) { return hardtanh(x[0], o.get<double>("low"), o.get<double>("high")); }},
      {"hypot", two(hypot)},
      {"identity", one(identity)},
      {"isfinite", one(isfinite)},
      {"isinf", one(isinf)},
      {"isnan", one(isnan)},
      {"leaky_relu", with(leaky_relu, "slope")},
      {"lerp", [](const Inputs& x, const Options&) { return lerp(x[0], x[1], x[2]); }},
      {"less", two(less)},
      {"less_equal", two(less_equal)},
      {"lgamma", one(lgamma)},
      {"log", one(log)},
      {"log10", one(log10)},
      {"log1p", one(log1p)},
      {"log2", one(log2)},
      {"logaddexp", two(logaddexp)},
      {"logical_and", two(logical_and)},
      {"logical_not", one(logical_not)},
      {"logical_or", two(logical_or)},
      {"logical_xor", two(logical_xor)},
      {"logsigmoid", one(logsigmoid)},
      {"maximum", two(maximum)},
      {"minimum", two(minimum)},
      {"mish", one(mish)},
      {"mod", two(mod)},
      {"multiply", two(multiply)},
      {"nan_to_num", one(nan_to_num)},
      {"neg", one(neg)},
      {"not_equal", two(not_equal)},
      {"polygamma", [](const Inputs& x, const Options& o) { return polygamma(o.get<double>("n"), x[0]); }},
      {"pow", two(pow)},
      {"prelu", [](const Inputs& x, const Options&) { return prelu(x[0], channels(x[1], x[0])); }},
      {"reciprocal", one(reciprocal)},
      {"relu", one(relu)},
      {"relu6", one(relu6)},
      {"round", one(round)},
      {"rsqrt", one(rsqrt)},
      {"selu", one(selu)},
      {"sigmoid", one(sigmoid)},
      {"sign", one(sign)},
      {"silu", one(silu)},
      {"sin", one(sin)},
      {"sinh", one(sinh)},
      {"softplus", [](const Inputs& x, const Options& o) { return softplus(x[0], o.get("beta", 1.0)); }},
      {"softshrink", with(softshrink, "bound")},
      {"softsign", one(softsign)},
      {"sqrt", one(sqrt)},
      {"square", one(square)},
      {"step", one(step)},
      {"subtract", two(subtract)},
      {"tan", one(tan)},
      {"tanh", one(tanh)},
      {"tanhshrink", one(tanhshrink)},
      {"threshold", [](const Inputs& x,
                       const Options& o) { return threshold(x[0], o.get<double>("bound"), o.get<double>("value")); }},
      {"trunc", one(trunc)},
      {"where", [](const Inputs& x, const Options&) { return where(x[0], x[1], x[2]); }},
      {"xlogy", two(xlogy)},
  };
}

}  // namespace golden
