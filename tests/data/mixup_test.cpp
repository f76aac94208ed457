#include <xtape.hpp>

#include <expectations.hpp>

using namespace xtape;
using data::Draws;

TEST_CASE("MixUp mixes samples and targets alike") {
  const data::MixUp mix(0.4, 4);
  Draws draws(5);
  const Tensor x = expand_dims(arange(4), 1), t = arange(4, {.dtype = int64});
  const auto [mixed, targets] = mix({x, t}, draws);
  CHECK(targets.shape() == Shape({4, 4}));
  CHECK(targets.dtype() == float32);
  // Each row of targets says of which samples its input is made.
  CHECK(amax(abs(matmul(targets, x) - mixed)).item() < 1e-6);
  CHECK(amax(abs(sum(targets, {1}) - 1.0)).item() < 1e-6);
  CHECK(sum(astype(not_equal(mixed, x), int64)).item() > 0.0);
  CHECK(identical(x, expand_dims(arange(4), 1)));

  Draws again(5);
  CHECK(identical(mix({x, t}, again).first, mixed));
  CHECK(data::MixUp(0.4)({x, x}, draws).second.shape() == Shape({4, 1}));
  check_says(message_of<DtypeError>([&] { data::MixUp(0.4)({x, t}, draws); }), {"MixUp", "int64", "number of classes"});
  check_says(message_of<Error>([] { data::MixUp(0.0); }), {"MixUp", "alpha", "above 0"});
}
