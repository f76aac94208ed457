#include <doctest/doctest.h>

#include <xtape.hpp>

using namespace xtape;

TEST_CASE("set_data changes memory, shape and dtype for every handle") {
  const Tensor x = ones({2, 3}, {.requires_grad = true});
  const Tensor other = x;
  x.set_data(full({4}, 2.5, {.dtype = float64}));
  CHECK(other.is_same(x));
  CHECK(other.shape() == Shape{4});
  CHECK(other.dtype() == float64);
  CHECK(other.requires_grad());
  sum(square(other)).backward();
  CHECK(x.grad().dtype() == float64);
  CHECK(x.grad().item(3) == 5.0);
}

TEST_CASE("set_data shares the memory of its source, also its own and that of a view of itself") {
  const Tensor x = arange(6.0);
  const Tensor source = full({6}, 7.0);
  x.set_data(source);
  source.assign(zeros({6}));
  CHECK(sum(x).item() == 0.0);
  x.set_data(x);
  x.set_data(x.detach());
  CHECK(x.shape() == Shape{6});
  const Tensor y = arange(6.0);
  y.set_data(view(y, {xt::range(2, 4)}));
  CHECK(y.item(0) == 2.0);
  y.set_data(ones({3}));
  y.set_data(arange(40.0));
  CHECK(y.item(39) == 39.0);
}

TEST_CASE("set_data leaves views of the old memory alone") {
  const Tensor x = arange(100.0);
  const Tensor view_of_x = x.detach();
  x.set_data(zeros({2}));
  CHECK(view_of_x.item(99) == 99.0);
  CHECK(x.size() == 2);
}

TEST_CASE("set_data forgets a gradient that does not fit and keeps one that does") {
  const Tensor x = ones({3}, {.requires_grad = true});
  sum(x).backward();
  x.set_data(zeros({3}));
  CHECK(x.grad().defined());
  x.set_data(zeros({2}));
  CHECK(!x.grad().defined());
}

TEST_CASE("a graph that saved the old values refuses to run") {
  const Tensor x = ones({3}, {.requires_grad = true});
  const Tensor loss = sum(square(x));
  x.set_data(zeros({3}));
  CHECK_THROWS_AS(loss.backward(), GradError);
}

TEST_CASE("set_data refuses results of operations, and integers for what requires a gradient") {
  const Tensor x = ones({3}, {.requires_grad = true});
  CHECK_THROWS_AS((x * 2.0).set_data(x), GradError);
  CHECK_THROWS_AS(x.set_data(zeros({3}, {.dtype = int64})), DtypeError);
  CHECK_THROWS_AS(x.set_data(Tensor()), Error);
  CHECK_THROWS_AS(Tensor().set_data(x), Error);
  CHECK(sum(x).item() == 3.0);
}
