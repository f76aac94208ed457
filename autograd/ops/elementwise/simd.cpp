// The rows of the elementwise table as SIMD loops. CMake compiles this file once for each SIMD level.

#include <autograd/kernels/simd_batch.hpp>
#include <autograd/ops/elementwise/op.hpp>

#if defined(XTAPE_LEVEL_AVX512)
#define XTAPE_TABLE elementwise_avx512
#elif defined(XTAPE_LEVEL_AVX2)
#define XTAPE_TABLE elementwise_avx2
#else
#define XTAPE_TABLE elementwise_baseline
#endif

namespace xtape::rules {

namespace {

template <class Row, class T>
void value_spans(const void* const* inputs, kernels::MapMode mode, void* output, std::size_t count) {
  kernels::map_spans<kernels::Architecture, (1u << Row::arity) - 1, T, kernels::Adding::never>(
      Row::value, inputs, mode, output, count, std::make_index_sequence<Row::arity>{});
}

template <class Row, std::size_t I, class T>
void gradient_spans(const void* const* inputs, kernels::MapMode mode, void* output, std::size_t count) {
  constexpr const auto& rule = gradient_of<I, Row>();
  kernels::map_spans<kernels::Architecture, used_arguments<std::remove_cvref_t<decltype(rule)>>(), T,
                     kernels::Adding::on_demand>(rule, inputs, mode, output, count,
                                                 std::make_index_sequence<Row::arity + 2>{});
}

template <class Row, std::size_t I>
constexpr std::array<kernels::MapKernel, 2> gradient_entry() {
  if constexpr (I >= Row::arity) {
    return {};
  } else if constexpr (!FormulaRule<std::remove_cvref_t<decltype(gradient_of<I, Row>())>>) {
    return {};
  } else {
    return {gradient_spans<Row, I, float>, gradient_spans<Row, I, double>};
  }
}

template <class Row>
constexpr SimdKernels entry() {
  return {{value_spans<Row, float>, value_spans<Row, double>},
          {gradient_entry<Row, 0>(), gradient_entry<Row, 1>(), gradient_entry<Row, 2>()}};
}

}  // namespace

extern const SimdKernels XTAPE_TABLE[row_count];
const SimdKernels XTAPE_TABLE[row_count] = {
#define XTAPE_OP_1(kind, name, ...) entry<name##_rule>(),
#define XTAPE_OP_2(kind, name, ...) entry<name##_rule>(),
#define XTAPE_OP_3(kind, name, ...) entry<name##_rule>(),
#include <autograd/ops/elementwise/all.hpp>
};

}  // namespace xtape::rules
