// Networks computed forward with given weights: one unit, layers by hand and as modules, and the three kinds of output.
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cstdio>
#include <string>

using namespace xtape;

namespace {

void print_row(const std::string& name, const Tensor& x, int decimals = 10) {
  std::printf("%-24s", name.c_str());
  for (std::size_t i = 0; i < x.size(); ++i) std::printf(" %.*f", decimals, x.item(static_cast<std::ptrdiff_t>(i)));
  std::printf("\n");
}

// A layer whose weights are written as in books, (in, out): x W + b. nn::Linear keeps them as (out, in).
nn::Linear affine(const Tensor& weight, const Tensor& bias) {
  nn::Linear layer(weight.shape(0), weight.shape(1));
  layer.to(float64);
  layer.load_state_dict({{"weight", transpose(weight)}, {"bias", bias}});
  return layer;
}

void one_unit() {
  const Tensor x = xt::xarray<double>{2, 3}, w = xt::xarray<double>{0.1, 0.2};
  const Tensor u = vdot(w, x) + 0.5;
  print_row("one unit: u, relu(u)", stack({u, relu(u)}), 1);
  const Tensor w4 = xt::xarray<double>{{0.1, 0.2, 0.3}, {0.2, 0.3, 0.4}, {0.3, 0.4, 0.5}, {0.4, 0.5, 0.6}};
  const Tensor x4 = xt::xarray<double>{1, 5, 2, -1}, b3 = xt::xarray<double>{0.1, 0.2, 0.3};
  const Tensor u3 = matmul(x4, w4) + b3;
  print_row("three units: u", u3, 1);
  print_row("             sigmoid(u)", sigmoid(u3), 8);
  print_row("u, each an inner product",
            stack({vdot(view(w4, {xt::all(), 0}), x4) + b3(0), vdot(view(w4, {xt::all(), 1}), x4) + b3(1),
                   vdot(view(w4, {xt::all(), 2}), x4) + b3(2)}),
            1);
}

void three_layers() {
  const Tensor x = xt::xarray<double>{1.0, 0.5};
  const Tensor w1 = xt::xarray<double>{{0.1, 0.3, 0.5}, {0.2, 0.4, 0.6}}, b1 = xt::xarray<double>{0.1, 0.2, 0.3};
  const Tensor w2 = xt::xarray<double>{{0.1, 0.4}, {0.2, 0.5}, {0.3, 0.6}}, b2 = xt::xarray<double>{0.1, 0.2};
  const Tensor w3 = xt::xarray<double>{{0.1, 0.3}, {0.2, 0.4}}, b3 = xt::xarray<double>{0.1, 0.2};

  const Tensor a1 = matmul(x, w1) + b1;  // (2) times (2, 3): three sums
  const Tensor z1 = sigmoid(a1);
  const Tensor a2 = matmul(z1, w2) + b2;
  const Tensor z2 = sigmoid(a2);
  const Tensor y = matmul(z2, w3) + b3;  // the output layer has no activation here
  std::printf("\na network of three layers, 2-3-2-2\n");
  print_row("a1", a1);
  print_row("z1 = sigmoid(a1)", z1);
  print_row("a2", a2);
  print_row("z2 = sigmoid(a2)", z2);
  print_row("y", y);
  nn::Sequential net(affine(w1, b1), nn::Sigmoid(), affine(w2, b2), nn::Sigmoid(), affine(w3, b3));
  print_row("y of nn::Sequential", net(x));
}

// 2-3-3-1: two inputs, two hidden layers of three units, one output, for a batch of four inputs at once.
void by_hand_and_as_modules() {
  manual_seed(0);
  nn::Sequential net(nn::Linear(2, 3), nn::ReLU(), nn::Linear(3, 3), nn::ReLU(), nn::Linear(3, 1));
  net.to(float64);
  const Tensors p = net.parameters();  // weight and bias of each layer, weights as (out, in)
  const Tensor x = xt::xarray<double>{{0, 0}, {1, 0}, {0, 1}, {1, 1}};
  const Tensor h1 = relu(matmul(x, transpose(p[0])) + p[1]);
  const Tensor h2 = relu(matmul(h1, transpose(p[2])) + p[3]);
  const Tensor y = matmul(h2, transpose(p[4])) + p[5];
  std::printf("\n2-3-3-1 by hand and as modules, %zu parameters: %s\n", net.parameter_count(),
              amax(abs(y - net(x))).item() < 1e-14 ? "equal" : "different");
}

void outputs() {
  const Tensor x = xt::xarray<double>{1, 2};
  nn::Linear first = affine(xt::xarray<double>{{0.1, 0.3, 0.5}, {0.2, 0.4, 0.6}}, xt::xarray<double>{0.1, 0.2, 0.3});
  nn::Sequential hidden(first, nn::ReLU());
  const Tensor z = hidden(x);
  std::printf("\nthree kinds of output behind the same hidden layer\n");
  print_row("hidden", z, 1);

  const Tensor w_classes = xt::xarray<double>{{0.1, 0.4, 0.7, 1.0}, {0.2, 0.5, 0.8, 1.1}, {0.3, 0.6, 0.9, 1.2}};
  const Tensor scores = affine(w_classes, xt::xarray<double>{0.1, 0.2, 0.3, 0.4})(z);
  const Tensor share = softmax(scores);
  print_row("classes: scores", scores, 2);
  print_row("         softmax", share, 8);
  print_row("         -log(y[3]+1e-7)", -log(share(3) + 1e-7), 15);
  print_row("         cross_entropy", nn::cross_entropy(expand_dims(scores, 0), xt::xarray<std::int64_t>{3}), 15);

  const Tensor numbers =
      affine(xt::xarray<double>{{0.1, 0.4}, {0.2, 0.5}, {0.3, 0.6}}, xt::xarray<double>{0.1, 0.2})(z);
  print_row("numbers: identity", numbers, 2);
  print_row("         half mean square", 0.5 * nn::mse_loss(numbers, xt::xarray<double>{2, 4}), 15);

  Tensor w_binary = xt::xarray<double>{0.2, 0.4, 0.6};
  const Tensor score = affine(expand_dims(w_binary, 1), xt::xarray<double>{0.1})(z);
  const Tensor yes = sigmoid(score);
  print_row("yes or no: score", score, 2);
  print_row("         sigmoid", yes, 8);
  print_row("         -log(y+1e-7)", -log(yes + 1e-7), 15);
  print_row("         with logits", nn::binary_cross_entropy_with_logits(score, ones_like(score)), 15);
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  one_unit();
  three_layers();
  by_hand_and_as_modules();
  outputs();
}
