// The layers of a network by hand, each with its forward and backward pass, beside the tape.
#include <xtape.hpp>

#include <tutorials/common/tutorial.hpp>

#include <cstdio>

using namespace xtape;

namespace {

struct Relu {
  Tensor open;  // where the input was positive

  Tensor forward(const Tensor& x) {
    open = x > 0.0;
    return where(open, x, 0.0);
  }
  Tensor backward(const Tensor& upstream) const { return where(open, upstream, 0.0); }
};

struct Sigmoid {
  Tensor y;

  Tensor forward(const Tensor& x) { return y = 1.0 / (1.0 + exp(-x)); }
  Tensor backward(const Tensor& upstream) const { return upstream * y * (1.0 - y); }
};

struct Affine {
  Tensor w, b, x, dw, db;

  Affine(const Tensor& weight, const Tensor& bias) : w(weight), b(bias) {}
  Tensor forward(const Tensor& input) {
    x = input;
    return matmul(x, w) + b;
  }
  Tensor backward(const Tensor& upstream) {
    dw = matmul(transpose(x), upstream);
    db = sum(upstream, {0});  // b was added to every row
    return matmul(upstream, transpose(w));
  }
};

struct SoftmaxWithLoss {
  Tensor y, t;  // probabilities and one-hot targets

  Tensor forward(const Tensor& scores, const Tensor& labels) {
    const Tensor powers = exp(scores - amax(scores, {1}, keep_dims));
    y = powers / sum(powers, {1}, keep_dims);
    t = one_hot(labels, scores.shape(1), scores.dtype());
    return -sum(t * log(y)) / static_cast<double>(scores.shape(0));
  }
  Tensor backward() const { return (y - t) / static_cast<double>(y.shape(0)); }
};

double largest_difference(const Tensor& a, const Tensor& b) { return amax(abs(a - b)).item(); }

void print(const char* name, const Tensor& matrix) {
  const std::size_t rows = matrix.dimension() == 2 ? matrix.shape(0) : 1, columns = matrix.shape(-1);
  for (std::size_t row = 0; row < rows; ++row) {
    std::printf("  %-8s", row == 0 ? name : "");
    for (std::size_t column = 0; column < columns; ++column) {
      std::printf(" %13.10f", matrix.item(static_cast<std::ptrdiff_t>(row * columns + column)));
    }
    std::printf("\n");
  }
}

// What the tape says about one layer: the gradient of sum(upstream * layer(x)).
template <class Layer>
void compare(const char* name, Layer layer, Tensor (*op)(const Tensor&), const Tensor& x) {
  const Tensor upstream = xt::xarray<double>{{1.0, -2.0, 0.5}, {3.0, 0.25, -1.0}};
  const Tensor value = layer.forward(x), by_hand = layer.backward(upstream);
  const Tensor leaf = x.detach().requires_grad_();
  const Tensor by_tape = grad(sum(upstream * op(leaf)), leaf);
  std::printf("%s\n", name);
  print("value", value);
  print("gradient", by_hand);
  std::printf("  agrees with the tape: %s\n", largest_difference(by_hand, by_tape) < 1e-14 ? "yes" : "no");
}

void softmax_with_loss() {
  const Tensor scores = Tensor(xt::xarray<double>{{-1, 0, 1, 2}, {2, 0, 1, -1}}).requires_grad_();
  const Tensor labels = xt::xarray<std::int64_t>{3, 0};
  SoftmaxWithLoss layer;
  const Tensor loss = layer.forward(scores.detach(), labels);
  const Tensor by_tape = grad(nn::cross_entropy(scores, labels), scores);
  std::printf("softmax with cross-entropy\n  loss     %.16f\n", loss.item());
  print("gradient", layer.backward());
  std::printf("  agrees with the tape: %s\n", largest_difference(layer.backward(), by_tape) < 1e-14 ? "yes" : "no");
}

// 2-3-2 with weights that can be followed on paper, one example, and one step of learning rate 0.01.
void network() {
  Affine first(xt::xarray<double>{{0.1, 0.3, 0.5}, {0.2, 0.4, 0.6}}, xt::xarray<double>{0.1, 0.2, 0.3});
  Affine second(xt::xarray<double>{{0.1, 0.4}, {0.2, 0.5}, {0.3, 0.6}}, xt::xarray<double>{0.1, 0.2});
  Relu relu;
  SoftmaxWithLoss last;
  const Tensor x = xt::xarray<double>{{1.0, 5.0}};
  const Tensor scores = second.forward(relu.forward(first.forward(x)));
  const Tensor loss = last.forward(scores, xt::xarray<std::int64_t>{1});
  first.backward(relu.backward(second.backward(last.backward())));

  std::printf("\na network of two layers\n");
  print("y", last.y);
  print("dW1", first.dw);
  print("db1", first.db);
  print("dW2", second.dw);
  print("db2", second.db);
  std::printf("after one step\n");
  print("W1", first.w - 0.01 * first.dw);
  print("b2", second.b - 0.01 * second.db);
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const Tensor x = xt::xarray<double>{{-1.0, 1.0, 2.0}, {0.0, -4.0, 4.0}};
  compare(
      "relu", Relu{}, [](const Tensor& in) { return relu(in); }, x);
  compare(
      "sigmoid", Sigmoid{}, [](const Tensor& in) { return sigmoid(in); }, x);
  softmax_with_loss();
  network();
}
