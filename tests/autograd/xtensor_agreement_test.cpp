// `xtape::f` on tensors agrees with `xt::f` on arrays: for every row of the elementwise table of which xtensor has a
// function of the same name, found by the compiler, and for the reductions, shapes and joins that both have.

#include <doctest/doctest.h>

#if __has_include(<xtensor/core/xmath.hpp>)
#include <xtensor/core/xmath.hpp>
#include <xtensor/generators/xbuilder.hpp>
#include <xtensor/misc/xmanipulation.hpp>
#include <xtensor/misc/xpad.hpp>
#include <xtensor/misc/xsort.hpp>
#include <xtensor/reducers/xnorm.hpp>
#include <xtensor/views/xindex_view.hpp>
#else
#include <xtensor/xbuilder.hpp>
#include <xtensor/xindex_view.hpp>
#include <xtensor/xmanipulation.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xnorm.hpp>
#include <xtensor/xpad.hpp>
#include <xtensor/xsort.hpp>
#endif

#include <xtape.hpp>

#include <cstdio>

// In here a name is found by its argument alone: xt::f for an xtensor array, xtape::f for a tensor.
namespace by_argument {

#define XTAPE_OP_1(kind, name, ...)                          \
  struct name##_call {                                       \
    template <class A>                                       \
    auto operator()(const A& a) const -> decltype(name(a)) { \
      return name(a);                                        \
    }                                                        \
  };
#define XTAPE_OP_2(kind, name, ...)                                         \
  struct name##_call {                                                      \
    template <class A>                                                      \
    auto operator()(const A& a, const A& b) const -> decltype(name(a, b)) { \
      return name(a, b);                                                    \
    }                                                                       \
  };
#define XTAPE_OP_3(kind, name, ...)                                                        \
  struct name##_call {                                                                     \
    template <class A>                                                                     \
    auto operator()(const A& a, const A& b, const A& c) const -> decltype(name(a, b, c)) { \
      return name(a, b, c);                                                                \
    }                                                                                      \
  };
#include <autograd/ops/elementwise/all.hpp>

}  // namespace by_argument

namespace {

using Array = xt::xarray<double>;

Array draw(const std::vector<std::size_t>& shape, std::uint32_t seed, double low, double high) {
  xtape::random::Numpy numpy(seed);
  Array a = Array::from_shape(shape);
  for (double& value : a) value = numpy.uniform(low, high);
  return a;
}

bool agrees(const xtape::Tensor& mine, const Array& theirs) {
  if (mine.shape() != xtape::Shape(theirs.shape().begin(), theirs.shape().end())) return false;
  std::ptrdiff_t i = 0;
  for (double expected : theirs) {
    const double value = mine.item(i++);
    if (!(std::abs(value - expected) <= 1e-12 * std::max(1.0, std::abs(expected))) && value == value) return false;
  }
  return true;
}

struct Domain {
  double low, high;
  template <class... Points>
  Domain without(Points...) const {
    return *this;
  }
};
Domain domain(double low, double high) { return {low, high}; }
constexpr Domain truth{0.0, 1.0};

int compared = 0;

template <class Call, class... Domains>
void compare(const char* name, const Call& call, const Domains&... domains) {
  constexpr std::size_t arity = sizeof...(Domains);
  const std::vector<std::size_t> shapes[] = {{3, 17}, {17}, {3, 1}};
  const Domain ranges[] = {domains...};
  std::array<Array, arity> arrays;
  for (std::size_t i = 0; i < arity; ++i) {
    arrays[i] = draw(shapes[i], static_cast<std::uint32_t>(i), ranges[i].low, ranges[i].high);
  }
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    if constexpr (std::is_invocable_v<Call, decltype((void(I), arrays[0]))...>) {
      ++compared;
      CHECK_MESSAGE(agrees(call(xtape::Tensor(arrays[I])...), Array(call(arrays[I]...))), std::string(name));
    }
  }
  (std::make_index_sequence<arity>{});
}

}  // namespace

TEST_CASE("elementwise functions agree with xtensor's of the same name") {
#define XTAPE_OP_1(kind, name, domain_0, ...) compare(#name, by_argument::name##_call{}, domain_0);
#define XTAPE_OP_2(kind, name, domain_0, domain_1, ...) compare(#name, by_argument::name##_call{}, domain_0, domain_1);
#define XTAPE_OP_3(kind, name, domain_0, domain_1, domain_2, ...)             \
  if constexpr (std::string_view(#name) != "where") {                         \
    compare(#name, by_argument::name##_call{}, domain_0, domain_1, domain_2); \
  }
#include <autograd/ops/elementwise/all.hpp>
  std::printf("xtensor has %d elementwise functions of the same names\n", compared);
  CHECK(compared >= 52);

  // where() and clip() take what both libraries give them: a boolean array, and numbers.
  const Array a = draw({3, 17}, 1, -3, 3), b = draw({17}, 2, -3, 3);
  const xtape::Tensor x = a, y = b;
  CHECK(agrees(where(x > 0.5, x, y), Array(xt::where(a > 0.5, a, b))));
  CHECK(agrees(where(x > 0.5, 1.0, y), Array(xt::where(a > 0.5, 1.0, b))));
  CHECK(agrees(clip(x, -1.0, 1.0), Array(xt::clip(a, -1.0, 1.0))));
  CHECK(agrees(clip(x, 1.0, -1.0), Array(xt::clip(a, 1.0, -1.0))));
  CHECK(agrees(pow(x, 3.0), Array(xt::pow(a, 3.0))));
  CHECK(agrees(fmod(x, 0.7), Array(xt::fmod(a, 0.7))));
  CHECK(agrees(remainder(x, 0.7), Array(xt::remainder(a, 0.7))));
  CHECK(agrees(x + y * 2.0 - x / (y + 4.0), Array(a + b * 2.0 - a / (b + 4.0))));
}

TEST_CASE("reductions, shapes and joins agree with xtensor's") {
  const Array a = draw({3, 4, 5}, 3, -3, 3), b = draw({2, 4, 5}, 4, -3, 3);
  const xtape::Tensor x = a, y = b;
  using xtape::Shape;
  CHECK(agrees(sum(x), Array(xt::sum(a))));
  CHECK(agrees(sum(x, {0}), Array(xt::sum(a, {0}))));
  CHECK(agrees(sum(x, {-1}), Array(xt::sum(a, {2}))));
  CHECK(agrees(sum(x, {0, 2}), Array(xt::sum(a, {0, 2}))));
  CHECK(agrees(sum(x, {1}, xtape::keep_dims), Array(xt::sum(a, {1}, xt::keep_dims))));
  CHECK(agrees(mean(x, {1, 2}), Array(xt::mean(a, {1, 2}))));
  CHECK(agrees(prod(x, {1}), Array(xt::prod(a, {1}))));
  CHECK(agrees(amax(x, {0}), Array(xt::amax(a, {0}))));
  CHECK(agrees(amin(x, {1, 2}), Array(xt::amin(a, {1, 2}))));
  CHECK(agrees(variance(x), Array(xt::variance(a))));  // over axes xtensor 0.24's own reads out of bounds
  CHECK(agrees(stddev(x), Array(xt::stddev(a))));
  CHECK(agrees(argmax(x, 1), Array(xt::cast<double>(xt::argmax(a, 1)))));
  CHECK(agrees(argmin(x, 2), Array(xt::cast<double>(xt::argmin(a, 2)))));
  CHECK(agrees(argmax(x), Array(xt::cast<double>(xt::argmax(a)))));
  CHECK(all(x < 4.0).item<bool>() == xt::all(a < 4.0));
  CHECK(any(x > 4.0).item<bool>() == xt::any(a > 4.0));
  CHECK(agrees(xtape::concatenate({x, y}, 0), Array(xt::concatenate(xt::xtuple(a, b), 0))));
  CHECK(agrees(xtape::stack({x, x}, 1), Array(xt::stack(xt::xtuple(a, a), 1))));
  CHECK(agrees(transpose(x), Array(xt::transpose(a))));
  CHECK(agrees(transpose(x, {1, 2, 0}), Array(xt::transpose(a, {1, 2, 0}))));
  CHECK(agrees(expand_dims(x, 1), Array(xt::expand_dims(a, 1))));
  CHECK(agrees(squeeze(expand_dims(x, 1)), Array(xt::squeeze(xt::expand_dims(a, 1)))));
  CHECK(agrees(flatten(x), Array(xt::flatten(a))));
  CHECK(agrees(view(x, {1, xt::range(0, 4, 2), xt::newaxis(), xt::all()}),
               Array(xt::strided_view(a, {1, xt::range(0, 4, 2), xt::newaxis(), xt::all()}))));
  CHECK(agrees(view(x, {xt::ellipsis(), xt::range(4, xt::placeholders::_, -2)}),
               Array(xt::strided_view(a, {xt::ellipsis(), xt::range(4, xt::placeholders::_, -2)}))));
  CHECK(agrees(xtape::eye(3, {.dtype = xtape::float64}), Array(xt::eye<double>(3))));
  CHECK(agrees(xtape::arange(0.0, 5.0, 0.5, {.dtype = xtape::float64}), Array(xt::arange<double>(0.0, 5.0, 0.5))));
  CHECK(agrees(xtape::linspace(0.0, 1.0, 7, {.dtype = xtape::float64}), Array(xt::linspace<double>(0.0, 1.0, 7))));
}

TEST_CASE("rearranging, padding and diagonals agree with xtensor's") {
  const Array a = draw({3, 4, 5}, 3, -3, 3), b = draw({3, 2, 5}, 4, -3, 3), m = draw({4, 4}, 5, -3, 3);
  const Array v = draw({3}, 6, -3, 3), w = draw({4}, 7, -3, 3);
  const xtape::Tensor x = a, y = b, matrix = m, vector = v;
  CHECK(agrees(flip(x, {1}), Array(xt::flip(a, 1))));  // without an axis xtensor 0.24 writes into its argument
  CHECK(agrees(rot90(x), Array(xt::rot90<1>(a, {0, 1}))));
  CHECK(agrees(rot90(x, -1, {2, 1}), Array(xt::rot90<-1>(a, {2, 1}))));
  CHECK(agrees(roll(x, -7), Array(xt::roll(a, -7))));
  CHECK(agrees(roll(x, 3, 1), Array(xt::roll(a, 3, 1))));
  CHECK(agrees(repeat(x, 2, 1), Array(xt::repeat(a, 2, 1))));
  CHECK(agrees(repeat(x, {2, 0, 1}, 0), Array(xt::repeat(a, {2, 0, 1}, 0))));
  CHECK(agrees(xtape::hstack({x, y}), Array(xt::hstack(xt::xtuple(a, b)))));
  CHECK(agrees(xtape::hstack({vector, vector}), Array(xt::hstack(xt::xtuple(v, v)))));
  CHECK(agrees(xtape::vstack({x, x}), Array(xt::vstack(xt::xtuple(a, a)))));
  CHECK(agrees(split(x, 2, 1)[1], Array(xt::split(a, 2, 1)[1])));
  CHECK(agrees(xtape::meshgrid({vector, w})[0], Array(std::get<0>(xt::meshgrid(v, w)))));
  CHECK(agrees(xtape::meshgrid({vector, w})[1], Array(std::get<1>(xt::meshgrid(v, w)))));
  CHECK(agrees(diag(vector), Array(xt::diag(v))));
  CHECK(agrees(diag(vector, 2), Array(xt::diag(v, 2))));
  CHECK(agrees(diag(vector, -1), Array(xt::diag(v, -1))));
  CHECK(agrees(diagonal(matrix, 1), Array(xt::diagonal(m, 1))));
  CHECK(agrees(diagonal(x, -1, 0, 2), Array(xt::diagonal(a, -1, 0, 2))));
  CHECK(agrees(tril(matrix, 1), Array(xt::tril(m, 1))));  // of more axes xtensor takes the first two, NumPy the last
  CHECK(agrees(triu(matrix, -1), Array(xt::triu(m, -1))));
  // xtensor 0.24's tile and pad write through a view whose copies have four axes, whatever the array has.
  const Array four = draw({2, 3, 1, 4}, 8, -3, 3);
  CHECK(agrees(tile(xtape::Tensor(four), {2, 1, 3, 2}), Array(xt::tile(four, {2, 1, 3, 2}))));
  const std::pair<xtape::PadMode, xt::pad_mode> modes[] = {{xtape::PadMode::constant, xt::pad_mode::constant},
                                                           {xtape::PadMode::reflect, xt::pad_mode::reflect},
                                                           {xtape::PadMode::symmetric, xt::pad_mode::symmetric},
                                                           {xtape::PadMode::wrap, xt::pad_mode::wrap}};
  for (const auto& [mine, theirs] : modes) {
    CHECK(agrees(
        pad(xtape::Tensor(four), {{1, 0}, {1, 2}, {0, 0}, {3, 2}}, {.mode = mine, .value = 1.5}),
        Array(xt::pad(four, std::vector<std::vector<std::size_t>>{{1, 0}, {1, 2}, {0, 0}, {3, 2}}, theirs, 1.5))));
  }
}

TEST_CASE("norms, running results and orders agree with xtensor's") {
  const Array a = draw({3, 4, 5}, 5, -3, 3);
  const xtape::Tensor x = a;
  const auto whole = [](const auto& indices) { return Array(xt::cast<double>(indices)); };
  CHECK(agrees(norm_l0(x, {1}), whole(xt::norm_l0(a, {1}))));
  CHECK(agrees(norm_l1(x, {0, 2}), Array(xt::norm_l1(a, {0, 2}))));
  CHECK(agrees(norm_l2(x), Array(xt::norm_l2(a))));
  CHECK(agrees(norm_l2(x, {1}), Array(xt::norm_l2(a, {1}))));
  CHECK(agrees(norm_linf(x, {2}), Array(xt::norm_linf(a, {2}))));
  CHECK(agrees(norm_lp(x, 3, {1}), Array(xt::norm_lp(a, 3, {1}))));
  CHECK(agrees(norm_sq(x, {0}), Array(xt::norm_sq(a, {0}))));
  CHECK(agrees(count_nonzero(floor(x), {1}), whole(xt::count_nonzero(xt::floor(a), {1}))));
  CHECK(agrees(nansum(sqrt(x), {1}), Array(xt::nansum(xt::sqrt(a), {1}))));
  CHECK(agrees(nanmean(sqrt(x)), Array(xt::nanmean(xt::sqrt(a)))));
  CHECK(agrees(cumsum(x), Array(xt::cumsum(a))));
  CHECK(agrees(cumsum(x, 1), Array(xt::cumsum(a, 1))));
  CHECK(agrees(cumprod(x), Array(xt::cumprod(a))));
  CHECK(agrees(cumprod(x, -1), Array(xt::cumprod(a, -1))));
  CHECK(agrees(xtape::sort(x), Array(xt::sort(a))));
  CHECK(agrees(xtape::sort(x, 0), Array(xt::sort(a, 0))));
  CHECK(agrees(argsort(x), whole(xt::argsort(a))));
  CHECK(agrees(argsort(x, 1), whole(xt::argsort(a, 1))));
  CHECK(agrees(median(x), Array(xt::median(a))));
  CHECK(agrees(median(x, 1), Array(xt::median(a, 1))));
  CHECK(agrees(median(x, 2), Array(xt::median(a, 2))));
  CHECK(agrees(xtape::unique(floor(x)), Array(xt::unique(Array(xt::floor(a))))));
  CHECK(agrees(masked_select(x, x > 0.0), Array(xt::filter(a, a > 0.0))));
  CHECK(agrees(argwhere(x > 0.0), whole(xt::from_indices(xt::argwhere(a > 0.0)))));
  CHECK(agrees(flatnonzero(x > 0.0), whole(xt::adapt(xt::flatnonzero<xt::layout_type::row_major>(a > 0.0)))));
}
