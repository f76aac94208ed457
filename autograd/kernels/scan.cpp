#include <autograd/kernels/blocks.hpp>
#include <autograd/kernels/scan.hpp>

#include <cmath>
#include <type_traits>

namespace xtape::kernels {

namespace {

// What is carried along a column of elements of type T.
template <class T>
using Carried = std::conditional_t<std::is_floating_point_v<T>, double, T>;

// Calls `start(carried, at)` for the first element of every column and `step(carried, at, previous)` for the others in
// order, with the positions of the element and of the one before it on the way. Neighbouring columns go side by side.
template <class State, class Start, class Step>
void scan(Extent extent, Direction direction, const Start& start, const Step& step) {
  const std::size_t length = extent.length, inner = extent.inner;
  const bool forward = direction == Direction::forward;
  if (length == 0) return;
  const auto walk = [&]<std::size_t most>(std::integral_constant<std::size_t, most>, std::size_t at,
                                          std::size_t given) {
    const std::size_t width = most == 1 ? 1 : given;  // known to the compiler, which keeps a single state in a register
    State carried[most];
    for (std::size_t j = 0; j < width; ++j) start(carried[j], at + j);
    for (std::size_t i = 1; i < length; ++i) {
      const std::size_t previous = at;
      at = forward ? at + inner : at - inner;
      for (std::size_t j = 0; j < width; ++j) step(carried[j], at + j, previous + j);
    }
  };
  for_column_blocks(extent.outer, length, inner, [&](std::size_t o, std::size_t first, std::size_t width) {
    const std::size_t at = (o * length + (forward ? 0 : length - 1)) * inner + first;
    if (inner == 1) {
      walk(std::integral_constant<std::size_t, 1>{}, at, 1);
    } else {
      walk(std::integral_constant<std::size_t, block_columns>{}, at, width);
    }
  });
}

// The sum of exponentials as exp(top) * scaled.
template <class T>
struct Exponentials {
  T top, scaled;
  void add(T value) {
    if (value == top) {  // also two infinities, whose difference is nan
      scaled += T(1);
    } else if (value < top) {
      scaled += std::exp(value - top);
    } else {
      scaled = scaled * std::exp(top - value) + T(1);
      top = value;
    }
  }
};

}  // namespace

template <class T>
void cumulative_sum(const T* input, Extent extent, Direction direction, T* output) {
  using State = Carried<T>;
  scan<State>(
      extent, direction,
      [=](State& sum, std::size_t at) {
        sum = input[at];
        output[at] = input[at];
      },
      [=](State& sum, std::size_t at, std::size_t) {
        sum += input[at];
        output[at] = static_cast<T>(sum);
      });
}

template <class T>
void cumulative_prod(const T* input, Extent extent, T* output) {
  using State = Carried<T>;
  scan<State>(
      extent, Direction::forward,
      [=](State& product, std::size_t at) {
        product = input[at];
        output[at] = input[at];
      },
      [=](State& product, std::size_t at, std::size_t) {
        product *= input[at];
        output[at] = static_cast<T>(product);
      });
}

template <class T>
void cumulative_logsumexp(const T* input, Extent extent, T* output) {
  scan<Exponentials<T>>(
      extent, Direction::forward,
      [=](Exponentials<T>& sum, std::size_t at) {
        sum = {input[at], T(1)};
        output[at] = input[at];
      },
      [=](Exponentials<T>& sum, std::size_t at, std::size_t) {
        sum.add(input[at]);
        output[at] = sum.top + std::log(sum.scaled);
      });
}

template <class T>
void linear_recurrence(const T* links, const T* input, Extent extent, Direction direction, T* output) {
  using State = Carried<T>;
  const bool forward = direction == Direction::forward;
  scan<State>(
      extent, direction,
      [=](State& value, std::size_t at) {
        value = input[at];
        output[at] = input[at];
      },
      [=](State& value, std::size_t at, std::size_t previous) {
        value = value * links[forward ? at : previous] + input[at];
        output[at] = static_cast<T>(value);
      });
}

template void cumulative_sum(const float*, Extent, Direction, float*);
template void cumulative_sum(const double*, Extent, Direction, double*);
template void cumulative_sum(const std::int64_t*, Extent, Direction, std::int64_t*);
template void cumulative_prod(const float*, Extent, float*);
template void cumulative_prod(const double*, Extent, double*);
template void cumulative_prod(const std::int64_t*, Extent, std::int64_t*);
template void cumulative_logsumexp(const float*, Extent, float*);
template void cumulative_logsumexp(const double*, Extent, double*);
template void linear_recurrence(const float*, const float*, Extent, Direction, float*);
template void linear_recurrence(const double*, const double*, Extent, Direction, double*);

}  // namespace xtape::kernels
