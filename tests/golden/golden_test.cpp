// Every op's results and gradients agree with PyTorch's, on the cases that generate.py recorded.

#include <golden/compare.hpp>

using namespace golden;

namespace {

constexpr double tolerance = 1e-10;

// Runs a case; says what is wrong.
std::string failure_of(const Family& family, const Json& test, const Op& op) {
  const Tensors inputs = inputs_of(family, test);
  const Options options(test.at("options"));
  const Tensors results = op(Inputs(inputs), options).tensors;
  std::string wrong = options_left(options);
  if (wrong.empty()) wrong = results_differ(family, results, test.at("outputs"), tolerance);
  if (!wrong.empty()) return wrong;
  const Tensor loss = loss_of(family, results, test.at("outputs"));
  if (loss.requires_grad()) loss.backward();
  return gradients_differ(family, inputs, test, tolerance);
}

}  // namespace

TEST_CASE("golden values: ops agree with PyTorch") {
  Results results;
  results.run("elementwise", elementwise_table(), failure_of);
  results.run("reductions", reductions_table(), failure_of);
  results.run("shape", shape_table(), failure_of);
  results.run("index", index_table(), failure_of);
  results.run("linear_algebra", linear_algebra_table(), failure_of);
  results.run("convolutions", convolutions_table(), failure_of);
  results.run("networks", networks_table(), failure_of);
  std::printf("golden values: %zu ops, %zu cases, %zu failures\n", results.ops(), results.cases(), results.failures());
  CHECK(results.failures() == 0);
  CHECK(results.ops() >= 100);
  CHECK(results.cases() >= 1500);
}
