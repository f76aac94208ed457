#include <doctest/doctest.h>

#include <expectations.hpp>
#include <scratch_files.hpp>
#include <xtape.hpp>

using namespace xtape;

namespace {

void set(const Tensor& tensor, double value) {
  const NoGrad guard;
  tensor.assign(Tensor(value));
}

}  // namespace

TEST_CASE("the average copies the weights first, then follows them") {
  for (const DType dtype : {float32, float64}) {
    const Tensor a = ones({70001}, {.dtype = dtype, .requires_grad = true}), b = ones({3}, {.dtype = dtype});
    optim::ExponentialMovingAverage average({a, b}, {.decay = 0.75});
    for (double value : {2.0, 6.0, -2.0}) {
      set(a, value);
      set(b, 2.0 * value);
      average.update();
    }
    CHECK(average.updates() == 3);
    CHECK(amin(average.averages()[0]).item() == 1.75);
    CHECK(amax(average.averages()[0]).item() == 1.75);
    CHECK(average.averages()[1].item(2) == 3.5);
    CHECK(a.item(0) == -2.0);
  }
}

TEST_CASE("averages are swapped in and out again, or copied") {
  const Tensor w = ones({2}, {.requires_grad = true});
  optim::ExponentialMovingAverage average({w}, {.decay = 0.5});
  average.update();
  set(w, 3.0);
  average.update();
  const Tensor loss = sum(square(w));
  average.swap();
  CHECK(w.item(0) == 2.0);
  CHECK(average.swapped());
  CHECK_THROWS_AS(loss.backward(), GradError);
  CHECK_THROWS_WITH_AS(average.update(),
                       "ExponentialMovingAverage: update: the averages are swapped in; call swap() before", Error);
  CHECK_THROWS_AS(average.state_dict(), Error);
  average.swap();
  CHECK(w.item(0) == 3.0);
  CHECK(average.averages()[0].item(0) == 2.0);
  average.copy_to();
  CHECK(w.item(0) == 2.0);
  CHECK(average.averages()[0].item(0) == 2.0);
}

TEST_CASE("the state of an average goes through a file") {
  const Tensor w = ones({2}, {.requires_grad = true});
  optim::ExponentialMovingAverage one({w}, {.decay = 0.5}), two({w}, {.decay = 0.5});
  one.update();
  set(w, 3.0);
  one.update();
  const ScratchFolder folder;
  save(folder / "average.safetensors", one.state_dict());
  two.load_state_dict(load(folder / "average.safetensors"));
  one.update();
  two.update();
  CHECK(two.updates() == 3);
  CHECK(identical(one.averages()[0], two.averages()[0]));

  StateDict wrong = one.state_dict();
  wrong["averages.0"] = zeros({3});
  CHECK_THROWS_WITH_AS(two.load_state_dict(wrong),
                       "ExponentialMovingAverage: load_state_dict: 'averages.0' has the shape (3,), not (2,)",
                       ShapeError);
  wrong = one.state_dict();
  wrong["averages.1"] = zeros({3});
  CHECK_THROWS_AS(two.load_state_dict(wrong), Error);
}

TEST_CASE("an average follows a module to another dtype") {
  nn::Linear layer(3, 2);
  optim::ExponentialMovingAverage average(layer.parameters());
  average.update();
  layer.to(float64);
  average.update();
  CHECK(average.averages()[0].dtype() == float64);
  CHECK(identical(average.averages()[0], layer.weight.detach()));
}

TEST_CASE("an average refuses what it cannot average") {
  using optim::ExponentialMovingAverage;
  CHECK_THROWS_WITH_AS(ExponentialMovingAverage({ones({2})}, {.decay = 1.5}),
                       "ExponentialMovingAverage: decay must be in [0, 1], not 1.500000", Error);
  CHECK_THROWS_AS(ExponentialMovingAverage(Tensors{}), Error);
  CHECK_THROWS_AS(ExponentialMovingAverage(Tensors{Tensor()}), Error);
  CHECK_THROWS_AS(ExponentialMovingAverage(Tensors{ones({2}, {.dtype = int64})}), DtypeError);
  CHECK_THROWS_AS(ExponentialMovingAverage(Tensors{transpose(ones({2, 3}))}), ShapeError);
}
