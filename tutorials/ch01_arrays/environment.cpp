// One learning step in several surroundings: on one thread and on all of them, image by image and in a batch.
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cstdio>

using namespace xtape;

namespace {

struct Step {
  double loss = 0.0;
  Tensor gradient;  // of the first layer's weights
};

// Rounding apart: sums in another order differ in their last digits.
const char* compare(const Tensor& a, const Tensor& b) {
  return amax(abs(a - b)).item() < 1e-12 * amax(abs(a)).item() ? "the same" : "another one";
}

// The loss of a batch, and its gradient; large enough to be shared among threads.
Step compute_step(nn::Sequential& net, const Tensor& x, const Tensor& labels) {
  net.zero_grad();
  const Tensor loss = nn::cross_entropy(net(x), labels);
  loss.backward();
  return {loss.item(), net.parameters()[0].grad().clone()};
}

// The same from one image after the other: the mean of the losses, and the mean of the gradients.
Step compute_one_by_one(nn::Sequential& net, const Tensor& x, const Tensor& labels) {
  net.zero_grad();
  const auto count = static_cast<double>(x.shape(0));
  Step total;
  for (std::ptrdiff_t i = 0; i < static_cast<std::ptrdiff_t>(x.shape(0)); ++i) {
    const Tensor loss = nn::cross_entropy(net(view(x, {xt::range(i, i + 1)})), view(labels, {xt::range(i, i + 1)}));
    (loss / count).backward();  // backward() adds to the gradients that are there
    total.loss += loss.item() / count;
  }
  total.gradient = net.parameters()[0].grad();
  return total;
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  manual_seed(1);
  nn::Sequential net(nn::Linear(784, 256), nn::Sigmoid(), nn::Linear(256, 10));
  net.to(float64);
  const Tensor x = rand({2000, 784}, {.dtype = float64});
  const Tensor labels = randint(0, 10, {2000});

  const Step threads = compute_step(net, x, labels);
  const Step alone = [&] {
    const Alone guard;  // while it lives, this thread gets no help
    return compute_step(net, x, labels);
  }();
  const Step images = compute_one_by_one(net, x, labels);

  std::printf("                     loss      gradient\n");
  std::printf("all threads          %.6f  %.6f at (0, 0)\n", threads.loss, threads.gradient(0, 0).item());
  std::printf("one thread           %.6f  %s\n", alone.loss, compare(threads.gradient, alone.gradient));
  std::printf("image after image    %.6f  %s\n", images.loss, compare(threads.gradient, images.gradient));
}
