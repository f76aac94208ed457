// Attention layers against PyTorch 1.13: torch_numbers.hpp says what the numbers are. Queries are cos(1.3 i), keys and
// memories cos(0.9 i), other values cos(0.4 i), float64; 8 wide, 2 heads, 2 examples.
#include <doctest/doctest.h>

#include <xtape.hpp>

#include <cmath>
#include <expectations.hpp>
#include <limits>
#include <nn/torch_numbers.hpp>

using namespace xtape;
using known::check_layer;
using known::other_wave;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

Tensors both(const nn::MultiheadAttention::Result& result) { return {result.y, result.weights}; }

Tensor pairs_mask() {
  return Tensor(xt::xarray<bool>{{false, true, false, false}, {true, false, false, true}, {false, false, true, false}});
}
Tensor padding() { return Tensor(xt::xarray<bool>{{false, false, false, true}, {false, false, false, false}}); }

}  // namespace

TEST_CASE("self-attention has PyTorch's values, weights and gradients") {
  nn::MultiheadAttention attention(8, 2);
  const auto run = [&](const Tensors& in) { return both(attention(in[0], in[0], in[0])); };
  check_layer(
      attention, {other_wave({5, 2, 8}, 1.3)}, run,
      {0.450079114484, -0.0374079106532, 0.297058696637, 0.064011635645, 0.207444934998, -1.6496314666, 2.98617480919});
}

TEST_CASE("a causal mask and is_causal give PyTorch's numbers") {
  for (const bool by_flag : {false, true}) {
    nn::MultiheadAttention attention(8, 2);
    const auto run = [&](const Tensors& in) {
      if (by_flag) return both(attention(in[0], in[0], in[0], {.is_causal = true}));
      return both(attention(in[0], in[0], in[0], {.attn_mask = nn::causal_mask(5)}));
    };
    check_layer(attention, {other_wave({5, 2, 8}, 1.3)}, run,
                {0.452435731986, 0.175194127128, 0.508532384841, 0.584223512783, 0.216620080542, -2.00171251074,
                 2.98617480919});
  }
  CHECK(identical(nn::causal_mask(3),
                  Tensor(xt::xarray<bool>{{false, true, true}, {false, false, true}, {false, false, false}})));
}

TEST_CASE("attention across sequences with keys and values of other sizes, and both masks") {
  nn::MultiheadAttention attention(8, 2, {.kdim = 6, .vdim = 4, .batch_first = true});
  const auto run = [&](const Tensors& in) {
    return both(attention(in[0], in[1], in[2],
                          {.key_padding_mask = padding(), .attn_mask = pairs_mask(), .average_attn_weights = false}));
  };
  check_layer(attention, {other_wave({2, 3, 8}, 1.3), other_wave({2, 4, 6}, 0.9), other_wave({2, 4, 4}, 0.4)}, run,
              {-1.50535799875, 1.18526143229, -0.39876735525, 0.293540469238, 0.00901374530197, -0.0705987759459,
               0.104351508616, -0.0138628571396, 0.990220872175, 5.94743639451, -0.280510475485});
}

TEST_CASE("an added mask for each head, without biases") {
  nn::MultiheadAttention attention(8, 2, {.bias = false});
  const auto run = [&](const Tensors& in) {
    return both(attention(in[0], in[1], in[1], {.attn_mask = 2.0 * other_wave({4, 3, 4}, 0.4)}));
  };
  check_layer(attention, {other_wave({3, 2, 8}, 1.3), other_wave({4, 2, 8}, 0.9)}, run,
              {-0.0133392243918, -0.470061592362, 0.331933385902, 0.177887103035, -1.29171630725, 0.307088754913});
}

TEST_CASE("attention without a batch") {
  nn::MultiheadAttention attention(8, 2);
  const Tensor hidden = xt::xarray<bool>{false, true, false, false};
  const auto run = [&](const Tensors& in) {
    const auto result = attention(in[0], in[1], in[1], {.key_padding_mask = hidden});
    CHECK(result.weights.shape() == Shape({3, 4}));
    return both(result);
  };
  check_layer(attention, {other_wave({3, 8}, 1.3), other_wave({4, 8}, 0.9)}, run,
              {1.07365572003, 0.216916825515, -0.0318189016283, -0.0998422661908, 1.39295060256, 0.950589794012,
               2.5886348046, 8.03356163753});
}

TEST_CASE("boolean and added masks agree, alone and mixed") {
  nn::MultiheadAttention attention(8, 2);
  known::fill(attention);
  const Tensor q = other_wave({3, 2, 8}, 1.3), k = other_wave({4, 2, 8}, 0.9);
  const Tensor expected = attention(q, k, k, {.key_padding_mask = padding(), .attn_mask = pairs_mask()}).y;
  const Tensor pairs = masked_fill(zeros({3, 4}), pairs_mask(), -infinity);
  const Tensor keys = masked_fill(zeros({2, 4}), padding(), -infinity);
  CHECK(known::distance(attention(q, k, k, {.key_padding_mask = padding(), .attn_mask = pairs}).y, expected) < 1e-12);
  CHECK(known::distance(attention(q, k, k, {.key_padding_mask = keys, .attn_mask = pairs_mask()}).y, expected) < 1e-12);
  CHECK(known::distance(attention(q, k, k, {.key_padding_mask = keys, .attn_mask = pairs}).y, expected) < 1e-12);
  const Tensor each = broadcast_to(pairs_mask(), {4, 3, 4});
  CHECK(known::distance(attention(q, k, k, {.key_padding_mask = padding(), .attn_mask = each}).y, expected) < 1e-12);
}

TEST_CASE("a query that may look nowhere gives the bias of out_proj, and finite gradients") {
  nn::MultiheadAttention attention(8, 2);
  known::fill(attention);
  const Tensor x = other_wave({2, 1, 8}, 1.3).requires_grad_();
  const auto [y, weights] = attention(x, x, x, {.key_padding_mask = ones({1, 2}, {.dtype = boolean})});
  CHECK(identical(view(y, {0, 0}).detach(), attention.out_proj.bias.detach()));
  CHECK(amax(weights).item() == 0.0);
  sum(y).backward();
  CHECK(all(isfinite(x.grad())).item<bool>());
}

TEST_CASE("dropout applies to the weights in training; forward() is self-attention; hooks see the query") {
  manual_seed(2);
  nn::MultiheadAttention attention(8, 2, {.dropout = 0.5});
  const Tensor x = other_wave({5, 2, 8}, 1.3);
  CHECK(amin(attention(x, x, x, {.average_attn_weights = false}).weights).item() == 0.0);
  attention.eval();
  const Tensor y = attention(x, x, x).y;
  CHECK(amin(attention(x, x, x).weights).item() > 0.0);
  CHECK(identical(attention(x), y));
  CHECK(!attention(x, x, x, {.need_weights = false}).weights.defined());
  Tensor seen;
  attention.register_forward_hook([&](nn::Module&, const Tensor& query, const Tensor&) {
    seen = query;
    return Tensor();
  });
  attention.register_forward_pre_hook([](nn::Module&, const Tensor& query) { return query * 2.0; });
  const Tensor doubled = attention(x, x, x).y;
  CHECK(identical(seen, x * 2.0));
  CHECK(identical(doubled, attention.forward(x * 2.0)));
}

TEST_CASE("names, first values and counts of MultiheadAttention") {
  manual_seed(3);
  const nn::MultiheadAttention attention(64, 4), other(64, 4, {.vdim = 32});
  std::vector<std::string> names;
  for (const auto& [name, tensor] : attention.named_parameters()) names.push_back(name);
  CHECK(names == std::vector<std::string>{"in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"});
  CHECK(attention.in_proj_weight.shape() == Shape({192, 64}));
  const double bound = std::sqrt(6.0 / (64 + 192));
  CHECK(amax(abs(attention.in_proj_weight)).item() <= bound);
  CHECK(amax(abs(attention.in_proj_weight)).item() > 0.99 * bound);
  CHECK(amax(abs(attention.in_proj_bias)).item() == 0.0);
  CHECK(amax(abs(attention.out_proj.bias)).item() == 0.0);
  CHECK(amax(abs(attention.out_proj.weight)).item() <= 0.125);
  CHECK(!other.in_proj_weight.defined());
  CHECK(other.k_proj_weight.shape() == Shape({64, 64}));
  CHECK(other.v_proj_weight.shape() == Shape({64, 32}));
  CHECK(amax(abs(other.v_proj_weight)).item() > 0.95 * std::sqrt(6.0 / (64 + 32)));
  // Projections of 10 places, then 2 examples with 5 x 5 products of 64 numbers, twice.
  CHECK(attention.multiply_adds(ones({5, 2, 64}), {}) == 10 * 3 * 64 * 64 + 2 * 2 * 25 * 64);
}

TEST_CASE("MultiheadAttention names what does not fit") {
  nn::MultiheadAttention attention(8, 2);
  const Tensor q = ones({3, 2, 8}), k = ones({4, 2, 8});
  check_says(message_of<Error>([&] { nn::MultiheadAttention(8, 3); }), {"MultiheadAttention", "8", "3 heads"});
  CHECK_THROWS_AS(nn::MultiheadAttention(8, 0), Error);
  const std::string text = message_of<ShapeError>([&] { attention(ones({3, 2, 6}), k, k); });
  check_says(text, {"MultiheadAttention", "(3, 2, 6)", "(4, 2, 8)", "(queries, batch, 8)", "(keys, batch, 8)"});
  CHECK_THROWS_AS(attention(q, ones({4, 3, 8}), ones({4, 3, 8})), ShapeError);
  CHECK_THROWS_AS(attention(q, k, q), ShapeError);
  CHECK_THROWS_AS(attention(q, ones({4, 8}), ones({4, 8})), ShapeError);
  CHECK_THROWS_AS(attention(ones({8}), ones({8}), ones({8})), ShapeError);
  check_says(
      message_of<ShapeError>([&] { attention(q, k, k, {.key_padding_mask = padding(), .attn_mask = padding()}); }),
      {"attn_mask", "(2, 4)", "(3, 4) or (4, 3, 4)"});
  check_says(message_of<ShapeError>([&] { attention(q, k, k, {.key_padding_mask = pairs_mask()}); }),
             {"key_padding_mask", "(3, 4)", "(2, 4)"});
  check_says(message_of<DtypeError>([&] {
               attention(q, k, k, {.attn_mask = ones({3, 4}, {.dtype = int64})});
             }),
             {"attn_mask", "int64", "may not look"});
  nn::MultiheadAttention first(8, 2, {.batch_first = true});
  check_says(message_of<ShapeError>([&] { first(q, k, k); }), {"(batch, queries, 8)", "(batch, keys, 8)"});
}
