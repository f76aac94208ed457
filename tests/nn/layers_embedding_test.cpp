#include <doctest/doctest.h>

#include <xtape.hpp>

#include <expectations.hpp>
#include <nn/reference.hpp>

using namespace xtape;
using known::wave, known::other_wave, known::with_waves, known::check_values;

namespace {

Tensor words(std::initializer_list<std::int64_t> numbers) { return xt::xarray<std::int64_t>(numbers); }

}  // namespace

TEST_CASE("Embedding looks rows up, and its padding row stays zero") {
  manual_seed(0);
  nn::Embedding table(1000, 20, {.padding_idx = -998});
  CHECK(table.named_parameters()[0].first == "weight");
  CHECK(table.weight.shape() == Shape({1000, 20}));
  CHECK(std::abs(mean(table.weight).item()) < 0.02);
  CHECK(stddev(table.weight).item() == doctest::Approx(1.0).epsilon(0.02));
  CHECK(identical(view(table.weight.detach(), {2}), zeros({20})));

  const Tensor y = table(words({2, 5, 5}));
  CHECK(y.shape() == Shape({3, 20}));
  CHECK(identical(view(y.detach(), {1}), view(table.weight.detach(), {5})));
  sum(y).backward();
  CHECK(identical(view(table.weight.grad(), {2}), zeros({20})));
  CHECK(identical(view(table.weight.grad(), {5}), full({20}, 2.0)));

  CHECK(table(xt::xarray<std::int64_t>{{1, 2}, {3, 4}, {5, 6}}).shape() == Shape({3, 2, 20}));
  CHECK_THROWS_AS(table(words({1000})), IndexError);
  CHECK_THROWS_AS(table(ones({2})), DtypeError);
  check_says(message_of<IndexError>([] { (void)nn::Embedding(10, 2, {.padding_idx = 10}); }), {"Embedding", "10"});
}

TEST_CASE("Embedding takes given vectors, frozen or tied to another layer's weight") {
  const Tensor vectors = wave({4, 3});
  nn::Embedding frozen = nn::Embedding::from_pretrained(vectors);
  CHECK(!frozen.weight.requires_grad());
  CHECK(frozen.weight.raw_data() == vectors.raw_data());
  CHECK(!vectors.requires_grad());
  CHECK(identical(frozen(words({3})), view(vectors, {xt::range(3, 4)})));

  struct Model : nn::Module {
    nn::Linear out = add("out", nn::Linear(3, 4, {.bias = false}));
    nn::Embedding words = add("words", nn::Embedding::from_pretrained(out.weight, {.freeze = false}));
    Tensor forward(const Tensor& x) override { return out(words(x)); }
  };
  Model model;
  CHECK(model.words.weight.is_same(model.out.weight));
  CHECK(model.parameters().size() == 1);
  CHECK(model.state_dict().size() == 2);
  sum(model(words({1}))).backward();
  // d/dW of the sum of W e_1: row 1 once more for the look-up.
  const Tensor row = view(model.out.weight.detach(), {1});
  const Tensor each = broadcast_to(row, {4, 3});
  CHECK(known::distance(view(model.out.weight.grad(), {0}), view(each, {0})) < 1e-6);
  CHECK(known::distance(view(model.out.weight.grad(), {1}), row + sum(model.out.weight.detach(), {0})) < 1e-6);
  const Model copy = nn::clone(model);
  CHECK(copy.words.weight.is_same(copy.out.weight));
  CHECK(!copy.words.weight.is_same(model.words.weight));

  check_says(message_of<ShapeError>([] { (void)nn::Embedding::from_pretrained(ones({3})); }), {"Embedding", "(3,)"});
  CHECK_THROWS_AS(nn::Embedding::from_pretrained(model.out.weight * 2.0, {.freeze = false}), GradError);
}

TEST_CASE("Bilinear multiplies two inputs, as PyTorch's does") {
  nn::Bilinear layer = with_waves(nn::Bilinear(2, 3, 2));
  CHECK(layer.weight.shape() == Shape({2, 2, 3}));
  check_values(layer(wave({2, 2}), other_wave({2, 3}, 0.7)),
               {1.94180789907, -3.07057507723, -0.879279834623, -0.552423582574});
  manual_seed(0);
  const nn::Bilinear large(100, 3, 20);
  CHECK(amax(abs(large.weight)).item() <= 0.1);
  CHECK(amax(abs(large.weight)).item() > 0.099);
  CHECK(amax(abs(large.bias)).item() <= 0.1);
  CHECK(!nn::Bilinear(2, 3, 2, {.bias = false}).bias.defined());
  check_says(message_of<ShapeError>([&] { (void)layer(ones({2, 3}), ones({2, 3})); }), {"bilinear", "(2, 3)"});
}

TEST_CASE("random layers are random in training alone") {
  manual_seed(3);
  const Tensor x = ones({50, 40, 5});
  nn::Dropout2d channels(0.25);
  const Tensor kept = mean(channels(x), {2});
  CHECK(all(equal(kept, 0.0) || abs(kept - 4.0 / 3.0) < 1e-6).item<bool>());
  CHECK(mean(kept).item() == doctest::Approx(1.0).epsilon(0.05));

  nn::AlphaDropout alpha(0.3);
  const Tensor normal = randn({20000});
  CHECK(std::abs(mean(alpha(normal)).item()) < 0.03);
  CHECK(stddev(alpha(normal)).item() == doctest::Approx(1.0).epsilon(0.03));

  nn::GaussianNoise noise(0.5);
  const Tensor zero = zeros({20000}, {.requires_grad = true});
  const Tensor noisy = noise(zero);
  CHECK(stddev(noisy).item() == doctest::Approx(0.5).epsilon(0.02));
  sum(noisy).backward();
  CHECK(identical(zero.grad(), ones({20000})));

  channels.eval();
  alpha.eval();
  noise.eval();
  CHECK(channels(x).is_same(x));
  CHECK(alpha(x).is_same(x));
  CHECK(noise(x).is_same(x));
  CHECK_THROWS_AS(nn::Dropout2d(1.5), Error);
  CHECK_THROWS_AS(nn::AlphaDropout(-0.1), Error);
  CHECK_THROWS_AS(nn::GaussianNoise(-0.1), Error);
}
