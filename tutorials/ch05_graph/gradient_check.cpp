// tolerance: 0.6, because what is printed is what rounding leaves
// Is a gradient right? Differences against backpropagation, the floor that a guard puts under them, and gradcheck().
#include <xtape.hpp>

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>

#include <cstdio>

using namespace xtape;

namespace {

const char* const names[] = {"W1", "b1", "W2", "b2"};

using Activation = Tensor (*)(const Tensor&);

Tensor smooth(const Tensor& x) { return sigmoid(x); }
Tensor kinked(const Tensor& x) { return relu(x); }

Tensor scores(const Tensors& p, const Tensor& x, Activation activation) {
  return matmul(activation(matmul(x, p[0]) + p[1]), p[2]) + p[3];
}

Tensors parameters(std::size_t inputs, std::size_t hidden) {
  random::Numpy numpy(0);
  const auto normal = [&](std::size_t rows, std::size_t columns) {
    const std::vector<double> drawn = numpy.randn(rows * columns);
    return 0.01 * reshape(Tensor(xt::adapt(drawn)), {rows, columns});
  };
  const Tensor w1 = normal(inputs, hidden), w2 = normal(hidden, 10);
  return {w1, zeros({hidden}, {.dtype = float64}), w2, zeros({10}, {.dtype = float64})};
}

Tensor numerical_gradient(const std::function<double()>& f, const Tensor& x) {
  const NoGrad guard;
  const double h = 1e-4;
  const Tensor numbers = flatten(x), slopes = zeros({x.size()}, {.dtype = float64});
  for (std::size_t i = 0; i < x.size(); ++i) {
    const Tensor number = numbers(i);
    const double before = number.item();
    number.assign(before + h);
    const double up = f();
    number.assign(before - h);
    const double down = f();
    number.assign(before);
    slopes(i).assign((up - down) / (2 * h));
  }
  return reshape(slopes, x.shape());
}

// The mean |difference| for each parameter. The gradient is that of the loss without the guard, as in the book: (y - t)
// at the scores.
std::vector<double> differences(const Tensors& p, const data::Sample& batch, Activation activation, double guard) {
  const Tensor x = batch.first, labels = batch.second;
  const auto loss = [&] {
    const Tensor picked = take_along_axis(softmax(scores(p, x, activation)), expand_dims(labels, 1), 1);
    return -mean(log(picked + guard)).item();
  };
  Tensors leaves;
  for (const Tensor& parameter : p) leaves.push_back(parameter.detach().requires_grad_());
  const Tensors analytic = grad(nn::cross_entropy(scores(leaves, x, activation), labels), leaves);
  std::vector<double> result;
  for (std::size_t k = 0; k < p.size(); ++k) {
    result.push_back(mean(abs(numerical_gradient(loss, p[k]) - analytic[k])).item());
  }
  return result;
}

void floor_of_the_guard(const tutorial::Options& options) {
  const tutorial::Images images = tutorial::load_images(options);
  const data::Sample batch = {astype(flatten(view(images.train, {xt::range(0, 3)}), 1), float64),
                              view(images.train_labels, {xt::range(0, 3)})};
  const Tensors p = parameters(images.pixels(), 50);
  const std::vector<double> book = differences(p, batch, kinked, 1e-7), without = differences(p, batch, kinked, 0.0),
                            without_kinks = differences(p, batch, smooth, 0.0);
  std::printf("mean |difference|   relu, log(y + 1e-7)   relu, log(y)   sigmoid, log(y)\n");
  for (std::size_t k = 0; k < p.size(); ++k) {
    std::printf("%s                  %19.0e  %13.0e  %16.0e\n", names[k], book[k], without[k], without_kinks[k]);
  }

  std::vector<double> guards, floors;
  for (double guard = 1e-3; guard > 0.5e-12; guard /= 10) {
    guards.push_back(guard);
    floors.push_back(differences(p, batch, smooth, guard)[3]);
  }
  plot::Figure figure;
  figure.axes().line(guards, floors, {.label = "b2, sigmoid", .marker = "o"});
  figure.axes().log_x().log_y().x_label("guard added to y").y_label("mean |difference|").legend("top left");
  figure.save(options.figure("floor"));
}

void in_one_call() {
  const Tensors p = parameters(64, 5);
  random::Numpy numpy(1);
  const std::vector<double> drawn = numpy.rand(3 * 64);
  const Tensor x = reshape(Tensor(xt::adapt(drawn)), {3, 64}), labels = xt::xarray<std::int64_t>{5, 0, 4};
  const auto loss = [&](const Tensors& in) { return nn::cross_entropy(scores(in, x, kinked), labels); };
  const GradcheckResult result = gradcheck(loss, p);
  std::printf("\ngradcheck of the network: %s, largest error below 1e-8: %s\n", result.ok ? "passed" : "failed",
              result.max_error < 1e-8 ? "yes" : "no");

  const GradcheckResult at_the_kink =
      gradcheck([](const Tensors& in) { return relu(in[0]); }, {Tensor(xt::xarray<double>{-1.0, 0.0, 2.0})});
  std::printf("gradcheck of relu at a kink:\n%s\n", at_the_kink.message.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  floor_of_the_guard(options);
  in_one_call();
}
