// DetectAnomaly names the operation that made the first nan or infinity, forward and backward, and where.

#include <doctest/doctest.h>

#include <xtape.hpp>

#include <limits>

using namespace xtape;

namespace {

template <class F>
std::string message_of(const F& f) {
  try {
    const DetectAnomaly guard;
    f();
  } catch (const GradError& error) {
    return error.what();
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const double infinity = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("a nan in the forward pass is named with shapes, names and the line") {
  const Tensor x = Tensor(xt::xarray<double>{1.0, -1.0}).named("height");
  const std::string message = message_of([&] { log(x + 0.0); });
  CHECK(contains(message, "log: its result of shape (2,) has a nan; inputs: (2,), recorded at "));
  CHECK(contains(message, "anomaly_test.cpp:"));
  CHECK(contains(message_of([&] { log(x); }), "inputs: (2,) 'height'"));
  CHECK(contains(message_of([&] { x / 0.0; }), "divide: its result of shape (2,) has an infinity"));
}

TEST_CASE("a structural operation is placed by the scope around it") {
  const Tensor big = full({2, 2}, 1e200, {.dtype = float64});
  const std::string message = message_of([&] {
    const NameScope outer("encoder");
    const NameScope inner("attention");
    matmul(big, big);
  });
  CHECK(contains(message, "matmul: its result of shape (2, 2) has an infinity; inputs: (2, 2), (2, 2)"));
  CHECK(contains(message, "in 'encoder.attention'"));
  CHECK(contains(message_of([&] { matmul(big, big); }), "a NameScope"));
}

TEST_CASE("a nan that only backward makes is named with the place of its forward") {
  const Tensor x = Tensor(xt::xarray<double>{0.0, 4.0}).requires_grad_().named("x");
  const std::string message = message_of([&] { sum(sqrt(x) * 0.0).backward(); });  // 0 * inf at x = 0
  CHECK(contains(message, "sqrt: its backward rule gave a nan in the gradient of the input of shape (2,)"));
  CHECK(contains(message, "'x'"));
  CHECK(contains(message, "anomaly_test.cpp:"));
  CHECK(!x.grad().defined());
  CHECK(contains(message_of([&] { sum(sqrt(x)).backward(); }), "gave an infinity"));
}

TEST_CASE("infinities that were put in are no anomaly, nans are; without the guard nothing is thrown") {
  const Tensor scores = Tensor(xt::xarray<double>{{1.0, 2.0}, {3.0, 4.0}}).requires_grad_();
  const Tensor mask = Tensor(xt::xarray<bool>{{false, true}, {false, false}});
  CHECK(message_of([&] { sum(softmax(where(mask, -infinity, scores)) * 2.0).backward(); }) == "");
  CHECK(contains(message_of([] { Tensor(std::nan("")) * 2.0; }),
                 "multiply: its result of shape () has a nan; inputs: () with a nan already"));
  CHECK_NOTHROW(log(Tensor(-1.0)));
  {
    const DetectAnomaly on;
    const DetectAnomaly off(false);
    CHECK_NOTHROW(log(Tensor(-1.0)));
  }
}
