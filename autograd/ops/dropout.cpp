#include <autograd/kernels/parallel.hpp>
#include <autograd/ops/dropout.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/elementwise/formula.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/record.hpp>

#include <cmath>

namespace xtape {

namespace {

// Elements `begin` to `end` of the mask: one is 0 where its half of a number, as a fraction of 2^32, is below p.
template <class T>
void fill_mask(std::uint64_t seed, double p, T kept, std::size_t begin, std::size_t end, T* values) {
  const auto limit = static_cast<std::uint64_t>(std::ceil(p * 0x1p32));
  const T choice[] = {T(0), kept};  // read by number: no branch, which nothing could predict
  const auto value = [&](std::uint64_t half) { return choice[half >= limit]; };
  for (std::size_t pair = begin / 2; 2 * pair < end; ++pair) {
    const std::uint64_t number = random::splitmix64(seed, pair);
    if (2 * pair >= begin) values[2 * pair] = value(number & 0xffffffffu);
    if (2 * pair + 1 < end) values[2 * pair + 1] = value(number >> 32);
  }
}

// `kept` or, with probability `p`, 0.
Tensor draw_mask(const Shape& shape, DType dtype, double p, double kept, random::Generator& generator) {
  Tensor mask = Tensor::uninitialized(shape, dtype);
  const std::uint64_t seed = generator.bits();
  visit_floating(dtype, [&]<class T>(TypeTag<T>) {
    auto* values = static_cast<T*>(mask.mutable_data());
    kernels::parallel_for(mask.size(), kernels::parallel_grain / 4, [&](std::size_t begin, std::size_t end) {
      fill_mask(seed, p, static_cast<T>(kept), begin, end, values);
    });
  });
  return mask;
}

// What keeps the mean of the elements.
double scale_of_kept(double p) { return p < 1.0 ? 1.0 / (1.0 - p) : 0.0; }

void check_probability(const char* op, double p) {
  if (p >= 0.0 && p <= 1.0) return;
  throw Error(std::string(op) + ": the probability " + std::to_string(p) + " is outside [0, 1]");
}

// Whether anything is dropped at all.
bool drops(const char* op, const Tensor& x, double p, bool training) {
  check_probability(op, p);
  if (!training || p == 0.0) return false;
  if (!is_floating(x.dtype())) {
    throw DtypeError(std::string(op) + ": the input of shape " + to_string(x.shape()) + " is " + to_string(x.dtype()) +
                     "; it must be float32 or float64");
  }
  return true;
}

Tensor times_mask(const char* op, const Tensor& x, const Tensor& mask) {
  return record(op, x.detach() * mask, From{x, [mask = save(mask)](const Tensor& g) { return g * mask.get(); }});
}

}  // namespace

Tensor dropout(const Tensor& x, double p, bool training, random::Generator& generator) {
  if (!drops("dropout", x, p, training)) return x;
  const profile::Op profiled("dropout", x);
  return times_mask("dropout", x, draw_mask(x.shape(), x.dtype(), p, scale_of_kept(p), generator));
}

Tensor dropout_mask(const Shape& shape, DType dtype, double p, random::Generator& generator) {
  check_probability("dropout_mask", p);
  if (!is_floating(dtype)) {
    throw DtypeError(std::string("dropout_mask: a mask of ") + to_string(dtype) + "; it must be float32 or float64");
  }
  const profile::Op profiled("dropout_mask");
  return profiled.result(draw_mask(shape, dtype, p, scale_of_kept(p), generator));
}

Tensor dropout2d(const Tensor& x, double p, bool training, random::Generator& generator) {
  if (x.dimension() < 2) {
    throw ShapeError("dropout2d: the input has shape " + to_string(x.shape()) + "; it must be (N, C, ...)");
  }
  if (!drops("dropout2d", x, p, training)) return x;
  const profile::Op profiled("dropout2d", x);
  Shape channels(x.dimension(), 1);
  channels[0] = x.shape(0);
  channels[1] = x.shape(1);
  return times_mask("dropout2d", x, draw_mask(channels, x.dtype(), p, scale_of_kept(p), generator));
}

Tensor alpha_dropout(const Tensor& x, double p, bool training, random::Generator& generator) {
  if (!drops("alpha_dropout", x, p, training)) return x;
  const profile::Op profiled("alpha_dropout", x);
  constexpr double limit = -rules::selu_scale * rules::selu_alpha;
  // The mean and variance of the elements that stay and of those at the limit, made 0 and 1 again.
  const double scale = p < 1.0 ? 1.0 / std::sqrt((1.0 - p) * (1.0 + p * limit * limit)) : 0.0;
  const Tensor stays = draw_mask(x.shape(), x.dtype(), p, 1.0, generator);
  const Tensor shift = (1.0 - stays) * (scale * limit) - scale * limit * p;
  return record("alpha_dropout", x.detach() * (stays * scale) + shift,
                From{x, [stays = save(stays), scale](const Tensor& g) { return g * (stays.get() * scale); }});
}

namespace {

using Dropout = decltype(dropout);

// The same mask at every call, as a gradient check needs it.
Tensor seeded(Dropout* op, const Tensor& x, double p) {
  random::Generator generator(1);
  return op(x, p, true, generator);
}

}  // namespace

std::vector<OpEntry> dropout_ops() {
  return {
      {"dropout",
       "random",
       "zeroes elements at random and scales the rest by 1 / (1 - p)",
       {XTAPE_CASE(seeded(dropout, x[0], 0.4), any_value(4, 5)), XTAPE_CASE(seeded(dropout, x[0], 0.5), any_value()),
        XTAPE_CASE(seeded(dropout, x[0], 0.5), any_value(0, 3)), XTAPE_CASE(dropout(x[0], 0.5, false), any_value(2, 3)),
        XTAPE_CASE(seeded(dropout, x[0], 1.0), any_value(2, 3))},
       {},
       {},
       {"g * mask"}},
      {"dropout_mask", "random", "what dropout multiplies by: 0, or 1 / (1 - p)", {}},
      {"dropout2d",
       "random",
       "zeroes whole channels at random",
       {XTAPE_CASE(seeded(dropout2d, x[0], 0.5), any_value(2, 3, 2, 2)),
        XTAPE_CASE(seeded(dropout2d, x[0], 0.3), any_value(3, 4)),
        XTAPE_CASE(dropout2d(x[0], 0.5, false), any_value(2, 3))}},
      {"alpha_dropout",
       "random",
       "dropout that keeps mean 0 and variance 1 after selu",
       {XTAPE_CASE(seeded(alpha_dropout, x[0], 0.4), any_value(4, 5)),
        XTAPE_CASE(seeded(alpha_dropout, x[0], 1.0), any_value(2, 3)),
        XTAPE_CASE(alpha_dropout(x[0], 0.0), any_value(3))}},
  };
}

}  // namespace xtape
