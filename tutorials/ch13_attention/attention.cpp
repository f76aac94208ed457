// Attention with small numbers: scores, weights and a weighted sum by hand; several heads by formula and by
// nn::MultiheadAttention; why scores are divided by the root of the width; masks; positions; layer normalisation.

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cmath>
#include <cstdio>

using namespace xtape;

void print(const char* name, const Tensor& x) {
  const Tensor rows = reshape(x, {-1, static_cast<std::ptrdiff_t>(x.shape(-1))});
  for (const Tensor& row : unbind(rows)) {
    std::printf("%-22s", name);
    for (const Tensor& value : unbind(row)) std::printf(" %8.4f", value.item());
    std::printf("\n");
    name = "";
  }
}

bool same(const Tensor& a, const Tensor& b) { return amax(abs(a - b)).item() < 1e-12; }

void by_hand() {
  const Tensor q = xt::xarray<double>{{1.0, 0.0}};
  const Tensor k = xt::xarray<double>{{2.0, 0.0}, {0.0, 2.0}, {1.0, 1.0}};
  const Tensor v = xt::xarray<double>{{10.0, 0.0}, {0.0, 10.0}, {5.0, 5.0}};
  const Tensor scores = matmul(q, transpose(k)) / std::sqrt(2.0);
  const Tensor weights = softmax(scores);
  print("scores", scores);
  print("weights", weights);
  print("weighted sum", matmul(weights, v));
  std::printf("scaled_dot_product_attention gives the same: %s\n\n",
              same(matmul(weights, v), scaled_dot_product_attention(q, k, v)) ? "yes" : "no");
}

// Self-attention of two heads over (places, 8), as the layer computes it.
Tensor two_heads(const nn::MultiheadAttention& layer, const Tensor& x) {
  const Tensors qkv = split(linear(x, layer.in_proj_weight, layer.in_proj_bias), 3, 1);
  Tensors heads;
  for (int head = 0; head < 2; ++head) {
    const auto part = [&](const Tensor& t) { return view(t, {xt::all(), xt::range(4 * head, 4 * head + 4)}); };
    const Tensor weights = softmax(matmul(part(qkv[0]), transpose(part(qkv[1]))) / std::sqrt(4.0));
    heads.push_back(matmul(weights, part(qkv[2])));
  }
  return linear(concatenate(heads, 1), layer.out_proj.weight, layer.out_proj.bias);
}

void several_heads(const tutorial::Options& options) {
  manual_seed(3);
  nn::MultiheadAttention layer(8, 2);
  layer.to(float64);
  const Tensor x = 3.0 * randn({6, 8}, {.dtype = float64});
  const auto [y, weights] = layer(x, x, x, {.average_attn_weights = false});
  std::printf("two heads by formula and nn::MultiheadAttention agree: %s\n",
              same(y, two_heads(layer, x)) ? "yes" : "no");
  const Tensor turned = layer(flip(x, {0}));
  std::printf("the same places in reverse give the same outputs in reverse: %s\n\n",
              same(flip(turned, {0}), y) ? "yes" : "no");

  const auto causal = layer(x, x, x, {.attn_mask = nn::causal_mask(6)});
  print("causal weights", causal.weights);
  const Tensor padding = xt::xarray<bool>{false, false, false, false, true, true};
  print("with two places padded", view(layer(x, x, x, {.key_padding_mask = padding}).weights, {xt::range(0, 1)}));

  plot::Figure figure({.columns = 3, .width = 1000, .height = 330});
  figure[0]
      .title("head 1")
      .heat_map(view(weights, {0}), {.colors = {.low = 0, .high = 1}})
      .x_label("key")
      .y_label("query");
  figure[1].title("head 2").heat_map(view(weights, {1}), {.colors = {.low = 0, .high = 1}}).x_label("key");
  figure[2].title("mean, causal mask").heat_map(causal.weights, {.colors = {.low = 0, .high = 1}}).x_label("key");
  figure.save(options.figure("heads"));
}

// 16 random keys and 1000 random queries with entries of deviation 1.
void why_the_root() {
  std::printf("\nwidth   deviation of q.k   largest weight: of q.k   of q.k / sqrt(width)\n");
  manual_seed(0);
  for (const std::size_t width : {4u, 16u, 64u, 256u}) {
    const Tensor q = randn({1000, width}, {.dtype = float64}), k = randn({16, width}, {.dtype = float64});
    const Tensor scores = matmul(q, transpose(k));
    const auto largest = [](const Tensor& s) { return mean(amax(softmax(s), {1})).item(); };
    std::printf("%5zu %18.4f %24.4f %22.4f\n", width, stddev(scores).item(), largest(scores),
                largest(scores / std::sqrt(static_cast<double>(width))));
  }
}

void positions(const tutorial::Options& options) {
  const Tensor pe = astype(nn::sinusoidal_positions(64, 32), float64);
  const auto product = [&](std::ptrdiff_t a, std::ptrdiff_t b) { return vdot(view(pe, {a}), view(pe, {b})).item(); };
  std::printf("\nproducts of places 4 apart: %.4f %.4f %.4f; of places 20 apart: %.4f %.4f\n", product(0, 4),
              product(10, 14), product(50, 54), product(0, 20), product(40, 60));
  plot::Figure figure({.width = 800, .height = 420});
  figure.axes().heat_map(transpose(pe), {.colors = {.palette = "diverging"}}).x_label("place").y_label("column");
  figure.save(options.figure("positions"));
}

void layer_normalisation() {
  const Tensor x = xt::xarray<double>{{1.0, 2.0, 3.0, 6.0}, {10.0, 20.0, 30.0, 60.0}};
  const Tensor centred = x - mean(x, {1}, keep_dims);
  const Tensor formula = centred / sqrt(mean(square(centred), {1}, keep_dims) + 1e-5);
  nn::LayerNorm layer(4);
  layer.to(float64);
  std::printf("\n");
  print("layer norm", layer(x));
  std::printf("formula and nn::LayerNorm agree: %s\n", same(layer(x), formula) ? "yes" : "no");
}

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const NoGrad guard;
  by_hand();
  several_heads(options);
  why_the_root();
  positions(options);
  layer_normalisation();
}
