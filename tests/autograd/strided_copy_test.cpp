// The kernel behind every copy of a view, against reading each element by its index.

#include <doctest/doctest.h>

#include <expectations.hpp>
#include <xtape.hpp>

using namespace xtape;

namespace {

// Sizes on both sides of the width of a strip and of the smallest pieces that threads share.
const std::vector<Shape> shapes{{1},         {3, 5},      {16, 16},   {17, 40},
                                {33, 2, 50}, {20, 3, 19}, {300, 301}, {2, 64, 1, 1000}};

std::vector<Tensor> views_of(const Tensor& x) {
  const Tensor steps = view(x, {xt::ellipsis(), xt::range(xt::placeholders::_, xt::placeholders::_, 2)});
  return {x, transpose(x), flip(x), flip(transpose(x), {0}), steps, transpose(steps), moveaxis(x, 0, -1)};
}

}  // namespace

TEST_CASE("copies of views have the elements of the view, in every dtype") {
  for (const Shape& shape : shapes) {
    const Tensor x = reshape(arange(static_cast<double>(element_count(shape)), {.dtype = int64}), shape);
    for (const Tensor& part : views_of(x)) {
      INFO(to_string(shape) << " seen as " << to_string(part.shape()));
      CHECK(identical(part.clone(), part));
      CHECK(identical(astype(astype(part, float64), int64), part));
      CHECK(identical(astype(part, uint8), astype(part.clone(), uint8)));
    }
  }
}

TEST_CASE("assigning to a view writes its elements and no others") {
  for (const Shape& shape : shapes) {
    const Tensor values = reshape(arange(static_cast<double>(element_count(shape)), {.dtype = int64}), shape) + 1;
    const Tensor target = zeros(shape, {.dtype = int64}), base = zeros(shape, {.dtype = int64});
    const Tensors sources = views_of(values), targets = views_of(target);
    for (std::size_t i = 0; i < targets.size(); ++i) {
      INFO(to_string(shape) << ", view " << i);
      target.assign(base);
      targets[i].assign(sources[i].clone());
      CHECK(identical(targets[i], sources[i]));
      CHECK(sum(target).item() == sum(sources[i].clone()).item());
    }
  }
}

TEST_CASE("one element assigned to a view fills it, and no other elements") {
  for (const Shape& shape : shapes) {
    const Tensor target = zeros(shape, {.dtype = int64});
    for (const Tensor& part : views_of(target)) {
      INFO(to_string(shape) << " seen as " << to_string(part.shape()));
      target.assign(Tensor(0));
      part.assign(Tensor(7));
      CHECK(identical(part.clone(), full(part.shape(), 7, {.dtype = int64})));
      CHECK(sum(target).item() == 7.0 * static_cast<double>(part.size()));
    }
  }
}
