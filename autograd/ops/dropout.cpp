#include <autograd/ops/dropout.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/record.hpp>

namespace xtape {

namespace {

// 0 where an element is dropped, else the scale that keeps the mean.
Tensor draw_mask(const Shape& shape, DType dtype, double p, random::Generator& generator) {
  Tensor mask = Tensor::uninitialized(shape, dtype);
  const double scale = p < 1.0 ? 1.0 / (1.0 - p) : 0.0;
  visit_dtype(dtype, [&]<class T>(TypeTag<T>) {
    if constexpr (std::is_floating_point_v<T>) {
      auto* values = static_cast<T*>(mask.mutable_data());
      const auto kept = static_cast<T>(scale);
      for (std::size_t i = 0; i < mask.size(); ++i) values[i] = generator.uniform() < p ? T(0) : kept;
    }
  });
  return mask;
}

}  // namespace

Tensor dropout(const Tensor& x, double p, bool training, random::Generator& generator) {
  if (!(p >= 0.0 && p <= 1.0)) {
    throw Error("dropout: the probability " + std::to_string(p) + " is outside [0, 1]");
  }
  if (!training || p == 0.0) return x;
  if (!is_floating(x.dtype())) {
    throw DtypeError(std::string("dropout: the input of shape ") + to_string(x.shape()) + " is " +
                     to_string(x.dtype()) + "; it must be float32 or float64");
  }
  const Tensor mask = draw_mask(x.shape(), x.dtype(), p, generator);
  return record("dropout", x.detach() * mask, From{x, [mask](const Tensor& g) { return g * mask; }});
}

namespace {

// The same mask at every call, as a gradient check needs it.
Tensor seeded_dropout(const Tensor& x, double p) {
  random::Generator generator(1);
  return dropout(x, p, true, generator);
}

}  // namespace

std::vector<OpEntry> dropout_ops() {
  return {
      {"dropout",
       "random",
       "zeroes elements at random and scales the rest by 1 / (1 - p)",
       {XTAPE_CASE(seeded_dropout(x[0], 0.4), any_value(4, 5)), XTAPE_CASE(seeded_dropout(x[0], 0.5), any_value()),
        XTAPE_CASE(seeded_dropout(x[0], 0.5), any_value(0, 3)), XTAPE_CASE(dropout(x[0], 0.5, false), any_value(2, 3)),
        XTAPE_CASE(seeded_dropout(x[0], 1.0), any_value(2, 3))}},
  };
}

}  // namespace xtape
