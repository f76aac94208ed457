// A recurrent network learns to add binary numbers: two bits come in, from the lowest up, one bit goes out, and the
// carry has to live in the state. Eight steps, sixteen hidden units, one pair of numbers at a time.

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cstdio>

using namespace xtape;

constexpr int digits = 8;

struct Adder {
  Tensor in, out, between;  // no biases

  Adder(random::Numpy& numpy, std::size_t hidden, double deviation) {
    const auto drawn = [&](std::size_t rows, std::size_t columns) {
      return (deviation * reshape(Tensor(xt::adapt(numpy.randn(rows * columns))), {rows, columns})).requires_grad_();
    };
    in = drawn(2, hidden);
    out = drawn(hidden, 1);
    between = drawn(hidden, hidden);
  }

  // One output (N, 1) for every step of N pairs of numbers.
  Tensors operator()(const Tensors& bits) const {
    Tensor z = zeros({bits[0].shape(0), in.shape(1)}, {.dtype = float64});
    Tensors outputs;
    for (const Tensor& x : bits) {
      z = sigmoid(matmul(x, in) + matmul(z, between));
      outputs.push_back(sigmoid(matmul(z, out)));
    }
    return outputs;
  }
};

// The bits of two numbers, (1, 2) for each step, the lowest first.
Tensors bits_of(std::int64_t a, std::int64_t b) {
  Tensors steps;
  for (int t = 0; t < digits; ++t) {
    steps.push_back(Tensor(xt::xarray<double>{{static_cast<double>(a >> t & 1), static_cast<double>(b >> t & 1)}}));
  }
  return steps;
}

std::int64_t number_of(const Tensors& outputs, std::ptrdiff_t row) {
  std::int64_t number = 0;
  for (int t = 0; t < digits; ++t) {
    if (outputs[static_cast<std::size_t>(t)].item(row) > 0.5) number += std::int64_t{1} << t;
  }
  return number;
}

struct Course {
  std::vector<double> losses;  // means over 100 iterations
  std::vector<int> wrong;      // sums that were wrong, of 1000 each
};

Course train(const Adder& adder, random::Numpy& numpy, int iterations) {
  optim::SGD sgd({adder.in, adder.out, adder.between}, {.lr = 0.1});
  Course course;
  double loss_sum = 0.0;
  for (int i = 0; i < iterations; ++i) {
    const std::int64_t a = numpy.randint(0, 128), b = numpy.randint(0, 128);
    const Tensors outputs = adder(bits_of(a, b));
    Tensor loss = 0.0;
    for (int t = 0; t < digits; ++t) {
      loss = loss + 0.5 * sum(square(outputs[static_cast<std::size_t>(t)] - static_cast<double>((a + b) >> t & 1)));
    }
    sgd.zero_grad();
    loss.backward();
    sgd.step();
    loss_sum += loss.item() / digits;
    if (i % 1000 == 0) course.wrong.push_back(0);
    course.wrong.back() += number_of(outputs, 0) != a + b;
    if (i % 100 == 99) course.losses.push_back(loss_sum / 100.0), loss_sum = 0.0;
  }
  return course;
}

// Every sum of two numbers below 128, all 16384 as one batch.
int wrong_sums(const Adder& adder) {
  const NoGrad guard;
  const Tensor number = arange(128.0, {.dtype = float64});
  Tensors steps;
  Tensor rest = number;
  for (int t = 0; t < digits; ++t) {
    const Tensor bit = rest - 2.0 * floor(rest / 2.0);
    rest = floor(rest / 2.0);
    const Tensors grid = meshgrid({bit, bit});
    steps.push_back(stack({reshape(grid[0], {-1}), reshape(grid[1], {-1})}, 1));
  }
  const Tensors outputs = adder(steps);
  int wrong = 0;
  for (std::int64_t a = 0; a < 128; ++a) {
    for (std::int64_t b = 0; b < 128; ++b) wrong += number_of(outputs, a * 128 + b) != a + b;
  }
  return wrong;
}

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  random::Numpy numpy(0);
  const Adder adder(numpy, 16, 1.0);
  const Course course = train(adder, numpy, 10000);

  std::printf("iterations      wrong sums   mean loss of the last 100\n");
  for (std::size_t k = 0; k < course.wrong.size(); ++k) {
    std::printf("%4zu to %5zu %11d %17.4f\n", 1000 * k + 1, 1000 * (k + 1), course.wrong[k], course.losses[10 * k + 9]);
  }
  std::printf("\nwrong among all 16384 sums: %d\n\n", wrong_sums(adder));

  const Tensors outputs = adder(bits_of(58, 87));
  std::printf("58 + 87, bit by bit from the lowest:");
  for (const Tensor& y : outputs) std::printf(" %.3f", y.item());
  std::printf(" = %ld\n", static_cast<long>(number_of(outputs, 0)));

  std::vector<double> iterations;
  for (std::size_t k = 1; k <= course.losses.size(); ++k) iterations.push_back(100.0 * static_cast<double>(k));
  plot::Figure figure;
  figure.axes().line(iterations, course.losses).x_label("iterations").y_label("loss, mean of 100");
  figure.save(options.figure("addition_loss"));
}
