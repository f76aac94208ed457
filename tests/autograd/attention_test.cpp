// Attention against softmax(q k^T / sqrt(width)) v computed with torch 1.13.0 in float64; gradients are in
// op_table_test.cpp.

#include <doctest/doctest.h>

#include <expectations.hpp>
#include <known_values.hpp>
#include <xtape.hpp>

#include <limits>

using namespace xtape;
using known::check_kernels, known::check_values, known::distance, known::other_wave, known::wave;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

Tensor doubles(const Shape& shape) { return randn(shape, {.dtype = float64}); }

Tensor queries() { return wave({2, 3, 4}); }
Tensor keys() { return other_wave({2, 5, 4}, 0.9); }
Tensor values() { return other_wave({2, 5, 2}, 0.4, 1.0); }

}  // namespace

TEST_CASE("attention gives torch's values, with masks of each kind") {
  const Tensor q = queries(), k = keys(), v = values();
  check_values(scaled_dot_product_attention(q, k, v),
               {0.0442396963598, -0.195678042506, -0.559162172004, -0.605390206783, -0.421293468001, -0.609318666613,
                0.664004200585, 0.588204602442, 0.20856766478, 0.0106303491164, 0.423243259381, 0.254801993612});
  check_values(scaled_dot_product_attention(q, k, v, {.causal = true}),
               {0.540302305868, 0.1699671429, -0.0121225134423, -0.375953755094, -0.226869896255, -0.585007619212,
                0.283662185463, 0.634692875943, 0.702104427274, 0.886269107297, 0.812099726089, 0.732830223453});
  const Tensor may_look = Tensor(xt::xarray<bool>{
      {true, false, true, true, false}, {false, true, false, false, false}, {true, true, true, true, false}});
  check_values(scaled_dot_product_attention(q, k, v, {.mask = may_look}),
               {0.0711437407143, -0.191014924795, -0.227202094693, -0.588501117255, -0.417312333066, -0.638017542112,
                0.452866761029, 0.114450427539, 0.885519516941, 0.996542097023, 0.808910179742, 0.727033706936});
  check_values(attention_weights(q, k, {.mask = may_look}), {0.671941273443,
                                                             0.0,
                                                             0.229815613126,
                                                             0.0982431134309,
                                                             0.0,
                                                             0.0,
                                                             1.0,
                                                             0.0,
                                                             0.0,
                                                             0.0,
                                                             0.00905616849722,
                                                             0.722917759293,
                                                             0.0106464885975,
                                                             0.257379583612,
                                                             0.0,
                                                             0.0516107196038,
                                                             0.0,
                                                             0.0436072106201,
                                                             0.904782069776,
                                                             0.0,
                                                             0.0,
                                                             1.0,
                                                             0.0,
                                                             0.0,
                                                             0.0,
                                                             0.20408473663,
                                                             0.0141638135923,
                                                             0.773213032251,
                                                             0.00853841752759,
                                                             0.0});
  const Tensor added = Tensor(xt::xarray<double>{{0.5, -infinity, 1, 0, 2}, {0, 1, 0, -1, 0}, {1, -infinity, 1, 1, 0}});
  check_values(scaled_dot_product_attention(q, k, v, {.mask = added}),
               {-0.0830435595913, -0.254436692058, -0.304938821938, -0.546632102786, -0.883201631338, -0.720577523197,
                0.0777926596212, -0.245725582279, 0.34364475001, 0.214372621623, 0.625678587468, 0.500551371483});
}

TEST_CASE("attention: masks broadcast and combine, scale and dropout") {
  const Tensor q = doubles({2, 3, 6, 4}), k = doubles({2, 3, 7, 4}), v = doubles({3, 7, 5});
  const Tensor lower = greater_equal(reshape(arange(6.0), {6, 1}), arange(7.0));
  const Tensor causal = attention_weights(q, k, {.causal = true});
  CHECK(identical(causal, attention_weights(q, k, {.mask = lower})));
  const Tensor keys_seen = Tensor(xt::xarray<bool>{true, true, false, true, true, false, true});
  const Tensor both = attention_weights(q, k, {.mask = keys_seen, .causal = true});
  CHECK(identical(both, attention_weights(q, k, {.mask = logical_and(lower, keys_seen)})));
  const Tensor queries_seen = greater(doubles({2, 1, 6, 1}), 0.0);
  CHECK(identical(attention_weights(q, k, {.mask = queries_seen}),
                  attention_weights(q, k, {.mask = broadcast_to(queries_seen, {2, 3, 6, 7}).clone()})));
  CHECK(identical(attention_weights(q, k, {.mask = transpose(transpose(lower).clone())}), causal));
  CHECK(distance(attention_weights(q, k, {.scale = 0.3}), softmax(matmul(q, swapaxes(k, -1, -2)) * 0.3)) < 1e-12);

  CHECK(scaled_dot_product_attention(q, k, v).shape() == Shape{2, 3, 6, 5});
  random::Generator generator(3), same(3);
  const Tensor dropped = dropout(attention_weights(q, k), 0.5, true, same);
  CHECK(distance(scaled_dot_product_attention(q, k, v, {.dropout = 0.5}, generator), matmul(dropped, v)) < 1e-12);
  CHECK(
      attention_weights(astype(q, float32), astype(k, float32), {.mask = zeros({6, 7}, {.dtype = float64})}).dtype() ==
      float32);
}

TEST_CASE("a query that may look at no key gives 0, and its gradient is 0") {
  const Tensor q = queries().requires_grad_(), k = keys().requires_grad_(), v = values().requires_grad_();
  const Tensor seen = reshape(Tensor(xt::xarray<bool>{true, false, true}), {3, 1});
  const Tensor added = where(seen, 0.0, Tensor(-infinity));
  for (const Tensor& mask : {seen, added}) {
    const Tensor y = scaled_dot_product_attention(q, k, v, {.mask = mask});
    CHECK(all(equal(view(y.detach(), {xt::all(), 1}), 0.0)).item<bool>());
    const Tensors gradients = grad(sum(square(y)), {q, k, v}, {.create_graph = true});
    for (const Tensor& gradient : gradients) CHECK(all(isfinite(gradient)).item<bool>());
    CHECK(all(equal(view(gradients[0].detach(), {xt::all(), 1}), 0.0)).item<bool>());
    CHECK(all(isfinite(grad(sum(square(gradients[1])), q))).item<bool>());
  }
}

TEST_CASE("the scores' memory becomes the weights', a caller's never") {
  const Tensor x = doubles({3, 4}), before = x.clone();
  const Tensor y = masked_softmax(x, {}, true);
  CHECK(identical(x, before));
  CHECK(y.raw_data() != x.raw_data());
  Tensor given = x.clone();
  const void* memory = given.raw_data();
  const Tensor in_place = masked_softmax(std::move(given), {}, true);
  CHECK(in_place.raw_data() == memory);
  CHECK(identical(in_place, y));
  Tensor leaf = x.clone().requires_grad_();
  const Tensor kept = square(leaf);  // its rule saves the leaf
  CHECK_FALSE(masked_softmax(std::move(leaf), {}).raw_data() == kept.raw_data());
  sum(kept).backward();
}

TEST_CASE("the kernels of attention agree with their tensor expressions") {
  const Tensor seen = greater(doubles({40, 50}), 0.0);
  check_kernels([&](const Tensors& in) { return masked_softmax(in[0], seen, true); }, {doubles({3, 40, 50})});
  check_kernels([](const Tensors& in) { return scaled_dot_product_attention(in[0], in[1], in[2], {.causal = true}); },
                {doubles({2, 9, 8}), doubles({2, 20, 8}), doubles({2, 20, 3})});
}

// What the kernels stand for, written in recorded operations.
namespace {

Tensor formula(const Tensor& q, const Tensor& k, const Tensor& v, const AttentionOptions& options,
               random::Generator& generator) {
  return matmul(dropout(attention_weights(q, k, options), options.dropout, true, generator), v);
}

Tensor packed_formula(const Tensor& qkv, std::size_t heads, const AttentionOptions& options,
                      random::Generator& generator) {
  const std::size_t batch = qkv.shape(0), places = qkv.shape(1), width = qkv.shape(2) / 3;
  Tensors parts = split(qkv, 3, -1);
  for (Tensor& part : parts) part = swapaxes(reshape(part, {batch, places, heads, width / heads}), 1, 2);
  return reshape(swapaxes(formula(parts[0], parts[1], parts[2], options, generator), 1, 2), {batch, places, width});
}

// Values and first gradients of two functions that draw random numbers.
template <class F, class G>
void check_same(const F& function, const G& expected, const Tensors& values) {
  Tensors inputs;
  for (const Tensor& x : values) inputs.push_back(x.detach().clone().requires_grad_());
  random::Generator first(5), second(5);
  const Tensor y = function(inputs, first), z = expected(inputs, second);
  CHECK(distance(y, z) < 1e-12);
  CHECK(first.state() == second.state());
  const Tensor g = other_wave(y.shape(), 0.7);
  const Tensors fast = grad(y, inputs, {.gradient = g}), slow = grad(z, inputs, {.gradient = g});
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    INFO("input " << i);
    CHECK(distance(fast[i], slow[i]) < 1e-12);
  }
}

}  // namespace

TEST_CASE("fused attention is its formula: causal blocks, masks, dropout, more keys than queries") {
  const Tensor seen = greater(doubles({2, 1, 70, 45}), -1.0);
  for (const std::size_t keys : {1u, 31u, 45u, 70u, 100u}) {
    for (const bool causal : {false, true}) {
      for (const double p : {0.0, 0.3}) {
        CAPTURE(keys);
        CAPTURE(causal);
        CAPTURE(p);
        AttentionOptions options{.causal = causal, .dropout = p};
        if (keys == 45) options.mask = seen;
        check_same([&](const Tensors& x,
                       auto& generator) { return scaled_dot_product_attention(x[0], x[1], x[2], options, generator); },
                   [&](const Tensors& x, auto& generator) { return formula(x[0], x[1], x[2], options, generator); },
                   {doubles({2, 3, 70, 5}), doubles({2, 3, keys, 5}), doubles({2, 3, keys, 4})});
      }
    }
  }
}

TEST_CASE("packed attention is the attention of its parts") {
  const Tensor seen = greater(doubles({3, 1, 1, 40}), -1.0);
  for (const double p : {0.0, 0.3}) {
    for (const bool causal : {false, true}) {
      const AttentionOptions options{.mask = seen, .causal = causal, .dropout = p, .scale = 0.4};
      check_same([&](const Tensors& x, auto& generator) { return packed_attention(x[0], 2, options, generator); },
                 [&](const Tensors& x, auto& generator) { return packed_formula(x[0], 2, options, generator); },
                 {doubles({3, 40, 24})});
    }
  }
  const Tensor qkv = doubles({4, 3, 18});
  const Tensor added =
      Tensor(xt::xarray<double>{{0, -infinity, -infinity, 1}, {0, 1, 0, 0}, {1, 0, 1, 0}, {0, 0, 0, 1}});
  random::Generator generator(1);
  CHECK(distance(packed_attention(swapaxes(qkv, 0, 1), 3, {.mask = added}),
                 packed_formula(swapaxes(qkv, 0, 1), 3, {.mask = added}, generator)) < 1e-12);
  check_kernels([](const Tensors& x) { return packed_attention(swapaxes(x[0], 0, 1), 3, {.causal = true}); }, {qkv});
  check_kernels([](const Tensors& x) { return packed_attention(flip(x[0], {2}), 3); }, {qkv});
  CHECK(packed_attention(ones({1, 2, 3}, {.dtype = int64}), 1).dtype() == float64);
}

TEST_CASE("fused attention takes views with rows of any distance, and many heads in float32") {
  const Tensor wide = doubles({2, 7, 3, 12});
  const auto heads = [](const Tensor& x) {
    return swapaxes(view(x, {xt::all(), xt::all(), xt::all(), xt::range(2, 10, 2)}), 1, 2);
  };
  check_same(
      [&](const Tensors& x, auto&) { return scaled_dot_product_attention(heads(x[0]), heads(x[0]), heads(x[0])); },
      [&](const Tensors& x, auto& generator) { return formula(heads(x[0]), heads(x[0]), heads(x[0]), {}, generator); },
      {wide});
  const Tensor single = astype(doubles({20, 64, 96}), float32);
  random::Generator generator(1);
  CHECK(distance(packed_attention(single, 4, {.causal = true}),
                 packed_formula(single, 4, {.causal = true}, generator)) < 1e-5);
}

TEST_CASE("fused attention takes a broadcast gradient, a single place, and axes of size 1") {
  for (const std::size_t places : {1u, 3u}) {
    for (const std::size_t batch : {1u, 2u}) {
      CAPTURE(places);
      CAPTURE(batch);
      check_same([](const Tensors& x, auto&) { return mean(packed_attention(x[0], 2), {1}); },
                 [](const Tensors& x, auto& generator) { return mean(packed_formula(x[0], 2, {}, generator), {1}); },
                 {doubles({batch, places, 12})});
      check_same([](const Tensors& x, auto&) { return mean(packed_attention(swapaxes(x[0], 0, 1), 2), {0}); },
                 [](const Tensors& x, auto& generator) {
                   return mean(packed_formula(swapaxes(x[0], 0, 1), 2, {}, generator), {0});
                 },
                 {doubles({places, batch, 12})});
      check_same([](const Tensors& x, auto&) { return sum(scaled_dot_product_attention(x[0], x[0], x[0]), {-2}); },
                 [](const Tensors& x, auto& generator) { return sum(formula(x[0], x[0], x[0], {}, generator), {-2}); },
                 {doubles({batch, places, 4})});
    }
  }
}

TEST_CASE("fused attention in forward mode") {
  const Tensors in{queries(), keys(), values()};
  const Tensors directions{other_wave({2, 3, 4}, 1.1), other_wave({2, 5, 4}, 1.2), other_wave({2, 5, 2}, 1.3)};
  random::Generator generator(1);
  const auto fused = [](const Tensors& x) { return scaled_dot_product_attention(x[0], x[1], x[2], {.causal = true}); };
  const auto expected = [&](const Tensors& x) { return formula(x[0], x[1], x[2], {.causal = true}, generator); };
  CHECK(distance(jvp(fused, in, directions).second, jvp(expected, in, directions).second) < 1e-12);
}

TEST_CASE("errors of attention name the shapes") {
  const Tensor q = queries(), k = keys(), v = values();
  check_says(message_of<ShapeError>([&] { attention_weights(q, ones({5, 3})); }), {"(2, 3, 4)", "(5, 3)", "width"});
  check_says(message_of<ShapeError>([&] { attention_weights(ones({4}), k); }), {"queries of shape (4,)"});
  check_says(message_of<ShapeError>([&] { scaled_dot_product_attention(q, k, ones({4, 2})); }), {"values", "(4, 2)"});
  check_says(message_of<ShapeError>([&] { attention_weights(q, k, {.mask = ones({3, 4})}); }), {"(3, 4)", "(2, 3, 5)"});
  check_says(message_of<DtypeError>([&] {
               attention_weights(q, k, {.mask = ones({3, 5}, {.dtype = int64})});
             }),
             {"int64", "boolean"});
  check_says(message_of<Error>([&] { scaled_dot_product_attention(q, k, v, {.dropout = 1.5}); }), {"1.5"});
  check_says(message_of<DtypeError>([&] { masked_softmax(q, ones({4})); }), {"masked_softmax", "float32"});
  check_says(message_of<ShapeError>([&] { masked_softmax(q, greater(ones({5}), 0.0)); }), {"(5,)", "(2, 3, 4)"});
  check_says(message_of<ShapeError>([&] { masked_softmax(ones({4}), {}, true); }), {"(4,)", "queries"});
  check_says(message_of<ShapeError>([] {
               packed_attention(ones({2, 3, 9}), 2);
             }),
             {"packed_attention", "(2, 3, 9)", "2 heads"});
  check_says(message_of<ShapeError>([] { packed_attention(ones({3, 9}), 1); }), {"(3, 9)", "(batch, places, 3 W)"});
  check_says(message_of<ShapeError>([] { packed_attention(ones({2, 3, 9}), 0); }), {"0 heads"});
  check_says(message_of<ShapeError>([] {
               packed_attention(ones({2, 3, 9}), 1, {.mask = ones({4})});
             }),
             {"(4,)", "(2, 1, 3, 3)"});
}
