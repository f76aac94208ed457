// Selecting and scattering by indices and by masks.

#include <doctest/doctest.h>

#include <xtape.hpp>

#include <expectations.hpp>

using namespace xtape;

namespace {

Tensor doubles(const xt::xarray<double>& values) { return values; }
Tensor integers(const xt::xarray<std::int64_t>& values) { return values; }
Tensor column(std::initializer_list<std::int64_t> values) { return expand_dims(xt::xarray<std::int64_t>(values), 1); }
Tensor mask_of(const xt::xarray<bool>& values) { return values; }

const Tensor numbers = reshape(arange(6.0, {.dtype = float64}), {2, 3});  // {{0, 1, 2}, {3, 4, 5}}

}  // namespace

TEST_CASE("slices at indices") {
  CHECK(identical(take(numbers, integers({1, -2, 1})), doubles({{3, 4, 5}, {0, 1, 2}, {3, 4, 5}})));
  CHECK(identical(take(numbers, column({2, 0}), 1), reshape(doubles({2, 0, 5, 3}), {2, 2, 1})));
  CHECK(identical(take(transpose(numbers), integers({2}), -2), doubles({{2, 5}})));
  CHECK(identical(index_select(numbers, 1, integers({2, 0})), doubles({{2, 0}, {5, 3}})));
  CHECK(identical(take(mask_of({true, false}), integers({1, 0})), mask_of({false, true})));
  CHECK(take(zeros({0, 3}), integers({0, 2}), 1).shape() == Shape{0, 2});
  CHECK(
      identical(index_add(numbers, 1, integers({0, 0}), doubles({{1, 2}, {3, 4}})), doubles({{3, 1, 2}, {10, 4, 5}})));
  check_says(message_of<IndexError>([] { take(zeros({0, 3}), integers({0})); }), {"take", "index 0", "size 0"});
  check_says(message_of<IndexError>([] { take(numbers, integers({0, 1, -3})); }), {"index -3 at position 2", "size 2"});
  check_says(message_of<ShapeError>([] { index_select(numbers, 1, column({2})); }), {"index_select", "(1, 1)"});
  check_says(message_of<ShapeError>([] { index_add(numbers, 0, integers({1}), numbers); }),
             {"index_add", "(1,)", "(2, 3)"});
  CHECK_THROWS_WITH_AS(index_add(numbers, 0, integers({2}), ones({1, 3})), doctest::Contains("index 2"), IndexError);
  CHECK_THROWS_WITH_AS(index_select(numbers, 0, ones({1})), doctest::Contains("float32"), DtypeError);
}

TEST_CASE("rows of every width are gathered, and their gradients added, as one by one") {
  for (std::size_t width : {1u, 2u, 3u, 4u, 700u}) {
    for (DType dtype : {uint8, float32, float64, int64}) {
      const Tensor x = astype(randint(0, 100, {2, 50, width}), dtype);
      const Tensor indices = randint(0, 50, {300});
      const Tensor taken = take(x, indices, 1),
                   added = index_add(zeros(x.shape(), {.dtype = dtype}), 1, indices, taken);
      const Tensor times = sum(one_hot(indices, 50, int64), {0});  // how often each slice was taken
      CHECK(identical(view(taken, {1, 77}), view(x, {1, indices.item<std::ptrdiff_t>(77)})));
      CHECK(identical(added, astype(x * reshape(times, {50, 1}), dtype)));
    }
  }
}

TEST_CASE("embedding of a large table, and its padding row") {
  const Tensor weight = randn({10000, 128}, {.requires_grad = true});
  const Tensor words = randint(0, 10000, {64, 50});
  const Tensor rows = embedding(weight, words);
  CHECK(rows.shape() == Shape{64, 50, 128});
  CHECK(identical(view(rows.detach(), {63, 7}), view(weight.detach(), {words.item<std::ptrdiff_t>(63 * 50 + 7)})));
  const Tensor gradient = grad(sum(rows), weight);
  CHECK(sum(gradient).item() == 64 * 50 * 128);
  CHECK(gradient.item(128 * words.item<std::ptrdiff_t>(9)) == count_nonzero(equal(words, words.item<int>(9))).item());

  const Tensor small = numbers.clone().requires_grad_();
  for (std::int64_t padding : {1, -1}) {
    const Tensor padded = embedding(small, integers({1, 0, 0, 1}), {.padding_idx = padding});
    CHECK(identical(padded.detach(), take(numbers, integers({1, 0, 0, 1}))));
    CHECK(identical(grad(sum(padded), small), doubles({{2, 2, 2}, {0, 0, 0}})));
  }
  check_says(message_of<IndexError>([&] { embedding(small, integers({0}), {.padding_idx = 2}); }), {"embedding", "2"});
  check_says(message_of<ShapeError>([] { embedding(zeros({3}), integers({1})); }), {"embedding", "(3,)"});
}

TEST_CASE("one index tensor for each leading axis") {
  CHECK(identical(index(numbers, {integers({0, 1, -1}), integers({2, 0, 0})}), doubles({2, 3, 3})));
  CHECK(identical(index(numbers, {column({1, 0}), integers({2, 0})}), doubles({{5, 3}, {2, 0}})));
  CHECK(identical(index(numbers, {integers({1, 1})}), doubles({{3, 4, 5}, {3, 4, 5}})));
  CHECK(identical(index(numbers, {Tensor(1), Tensor(-1)}), Tensor(5.0)));
  const Tensor x = numbers.clone().requires_grad_();
  CHECK(identical(grad(sum(index(x, {integers({0, 0, 1}), integers({2, 2, 0})})), x), doubles({{0, 0, 2}, {1, 0, 0}})));
  check_says(message_of<IndexError>([] { index(numbers, {}); }), {"index", "0 index tensors", "(2, 3)"});
  check_says(message_of<IndexError>([] { index(numbers, {Tensor(0), Tensor(0), Tensor(0)}); }), {"3 index tensors"});
  check_says(message_of<IndexError>([] {
               index(numbers, {integers({0, 1}), integers({0, 3})});
             }),
             {"index 3 at position 1", "size 3"});
  check_says(message_of<DtypeError>([] { index(numbers, {mask_of({true, false})}); }), {"index 0", "masked_select"});
  check_says(message_of<ShapeError>([] { index(numbers, {integers({0, 1}), integers({0, 1, 2})}); }), {"(2,)", "(3,)"});
}

TEST_CASE("index_put writes the last of repeated indices, or adds them all") {
  const Tensors places{integers({0, 1, 0}), integers({2, 0, 2})};
  CHECK(identical(index_put(numbers, places, doubles({7, 8, 9})), doubles({{0, 1, 9}, {8, 4, 5}})));
  CHECK(identical(index_put(numbers, places, doubles({7, 8, 9}), {.accumulate = true}),
                  doubles({{0, 1, 18}, {11, 4, 5}})));
  CHECK(identical(index_put(numbers, {integers({1})}, 0.5), doubles({{0, 1, 2}, {0.5, 0.5, 0.5}})));
  CHECK(identical(index_put(mask_of({true, true}), {integers({0})}, Tensor(false)), mask_of({false, true})));
  const Tensor x = numbers.clone().requires_grad_(), values = doubles({7, 8, 9}).requires_grad_();
  const Tensor total = sum(index_put(x, places, values));
  const Tensors gradients = grad(total, {x, values});
  CHECK(identical(gradients[0], doubles({{1, 1, 0}, {0, 1, 1}})));
  CHECK(identical(gradients[1], doubles({0, 1, 1})));
  check_says(message_of<ShapeError>([&] {
               index_put(numbers, places, doubles({1, 2}));
             }),
             {"index_put", "(2,)", "(3,)"});
}

TEST_CASE("elements along an axis") {
  CHECK(identical(take_along_axis(numbers, integers({{2, 0}, {-1, 1}}), 1), doubles({{2, 0}, {5, 4}})));
  CHECK(identical(gather(numbers, 0, integers({{1, 0, 1}})), doubles({{3, 1, 5}})));
  CHECK(identical(scatter(numbers, 1, integers({{2, 2}, {0, 1}}), doubles({{7, 8}, {9, 10}})),
                  doubles({{0, 1, 8}, {9, 10, 5}})));
  CHECK(identical(scatter_add(numbers, 0, integers({{1, 1, 0}, {1, 0, 0}}), ones({2, 3})),
                  doubles({{0, 2, 4}, {5, 5, 5}})));
  const Tensor x = randn({40, 3, 500}, {.dtype = float64});
  const Tensor places = argsort(x, 0);
  CHECK(identical(take_along_axis(x, places, 0), sort(x, 0)));
  CHECK(identical(scatter(zeros_like(x), 0, places, sort(x, 0)), x));
  CHECK(identical(scatter_add(zeros_like(x), 0, places, sort(x, 0)), x));
  check_says(message_of<ShapeError>([] {
               scatter(numbers, 1, column({0, 1}), ones({2, 2}));
             }),
             {"scatter", "(2, 2)", "(2, 1)"});
  check_says(message_of<ShapeError>([] { gather(numbers, 0, integers({0})); }), {"(1,)", "(2, 3)", "axis 0"});
  CHECK_THROWS_WITH_AS(scatter_add(numbers, 0, integers({{2, 0, 0}}), ones({1, 3})),
                       doctest::Contains("scatter_add: index 2"), IndexError);
  CHECK(identical(one_hot(column({2, -3}), 3, int64), reshape(integers({0, 0, 1, 1, 0, 0}), {2, 1, 3})));
}

TEST_CASE("an index that is changed before backward is an error, not another gradient") {
  const Tensor x = numbers.clone().requires_grad_();
  const TensorFunction selections[] = {[](const Tensors& in) { return take(in[0], in[1]); },
                                       [](const Tensors& in) { return embedding(in[0], in[1]); },
                                       [](const Tensors& in) { return index_select(in[0], 0, in[1]); },
                                       [](const Tensors& in) {
                                         return index_add(ones({2, 3}), 0, in[1], in[0]);
                                       }};
  for (const TensorFunction& selection : selections) {
    const Tensor places = integers({0, 1});
    const Tensor y = sum(selection({x, places}));
    places.assign(integers({0, 99}));
    CHECK_THROWS_WITH_AS(y.backward(), doctest::Contains("changed in place"), GradError);
  }
}

TEST_CASE("masks") {
  const Tensor mask = mask_of({{true, false, true}, {false, false, true}});
  CHECK(identical(masked_select(numbers, mask), doubles({0, 2, 5})));
  CHECK(identical(masked_select(numbers, mask_of({false, true, true})), doubles({1, 2, 4, 5})));
  CHECK(identical(masked_select(doubles({7, 8, 9}), mask), doubles({7, 9, 9})));
  CHECK(masked_select(numbers, Tensor(false)).shape() == Shape{0});
  CHECK(identical(masked_select(transpose(numbers), transpose(mask)), doubles({0, 2, 5})));
  const Tensor x = doubles({7, 8, 9}).requires_grad_();
  CHECK(identical(grad(sum(masked_select(x, mask)), x), doubles({1, 0, 2})));

  CHECK(identical(masked_fill(numbers, mask, -1.0), doubles({{-1, 1, -1}, {3, 4, -1}})));
  CHECK(identical(masked_fill(numbers, mask_of({true, false, false}), Tensor(9)), doubles({{9, 1, 2}, {9, 4, 5}})));
  CHECK(masked_fill(ones({2}), mask_of({true, false}), Tensor(0.5)).dtype() == float32);
  const Tensor value = Tensor(2.0).requires_grad_();
  CHECK(grad(sum(masked_fill(numbers, mask, value)), value).item() == 3.0);

  CHECK_THROWS_WITH_AS(masked_fill(numbers, numbers, 0.0), doctest::Contains("masked_fill: the mask is float64"),
                       DtypeError);
  CHECK_THROWS_WITH_AS(masked_select(numbers, numbers), doctest::Contains("masked_select: the mask is float64"),
                       DtypeError);
  CHECK_THROWS_WITH_AS(masked_fill(numbers, mask, ones({3})), doctest::Contains("(3,)"), ShapeError);
  CHECK_THROWS_WITH_AS(masked_select(numbers, mask_of({true, false})), doctest::Contains("(2, 3) and (2,)"),
                       ShapeError);
}

TEST_CASE("where elements are not zero") {
  const Tensor x = integers({{0, 7, 0}, {-1, 0, 2}});
  CHECK(identical(argwhere(x), integers({{0, 1}, {1, 0}, {1, 2}})));
  CHECK(identical(flatnonzero(x), integers({1, 3, 5})));
  const Tensors places = nonzero(x);
  CHECK(places.size() == 2);
  CHECK(identical(places[0], integers({0, 1, 1})));
  CHECK(identical(places[1], integers({1, 0, 2})));
  CHECK(identical(index(x, places), integers({7, -1, 2})));
  CHECK(identical(argwhere(transpose(x)), integers({{0, 1}, {1, 0}, {2, 1}})));
  CHECK(argwhere(Tensor(5.0)).shape() == Shape{1, 0});
  CHECK(argwhere(zeros({2, 3})).shape() == Shape{0, 2});
  CHECK(nonzero(zeros({0, 3}))[1].shape() == Shape{0});
}
