// A trained network made smaller: weights removed (pruning), weights with few bits (quantisation), and a small network
// that learns from the large one's answers (distillation).
#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cmath>
#include <cstdio>
#include <string>

using namespace xtape;

namespace {

struct Digits {
  Tensor x, labels, test, test_labels;
};

nn::Sequential make_net(std::size_t pixels, std::size_t hidden) {
  return nn::Sequential(nn::Linear(pixels, hidden), nn::ReLU(), nn::Linear(hidden, 10));
}

double accuracy(nn::Module& net, const Digits& digits) {
  const NoGrad guard;
  return nn::accuracy(net(digits.test), digits.test_labels);
}

using LossOf = std::function<Tensor(const Tensor& scores, const Tensor& x, const Tensor& labels)>;

Tensor label_loss(const Tensor& scores, const Tensor&, const Tensor& labels) {
  return nn::cross_entropy(scores, labels);
}

// Trains; `after_step` may put the weights right again.
void train(
    nn::Sequential& net, const Digits& digits, int epochs, const LossOf& loss_of,
    const std::function<void()>& after_step = [] {}) {
  optim::Adam optimizer(net.parameters(), {.lr = 3e-3});
  data::DataLoader loader({digits.x, digits.labels}, {.batch_size = 50, .shuffle = true, .seed = 1});
  for (int epoch = 0; epoch < epochs; ++epoch) {
    for (const auto& [x, t] : loader) {
      optimizer.zero_grad();
      loss_of(net(x), x, t).backward();
      optimizer.step();
      after_step();
    }
  }
}

// 1 for the share `kept` of a matrix's weights that are largest, 0 for the others.
Tensor mask_of(const Tensor& weight, double kept) {
  const Tensor size = abs(weight.detach());
  return astype(greater_equal(size, quantile(flatten(size), 1.0 - kept)), weight.dtype());
}

void apply_masks(const nn::Sequential& net, const Tensors& masks) {
  const NoGrad guard;
  for (const std::ptrdiff_t layer : {0, 2}) {
    const Tensor weight = net.get<nn::Linear>(layer).weight;
    weight.assign(weight * masks[static_cast<std::size_t>(layer / 2)]);
  }
}

void prune(const nn::Sequential& trained, const Digits& digits, const tutorial::Options& options) {
  const std::vector<double> shares{0.5, 0.3, 0.2, 0.1, 0.05, 0.03, 0.02};
  std::vector<double> at_once, trained_again;
  std::printf("weights kept  removed at once  trained again\n");
  for (const double kept : shares) {
    nn::Sequential net = nn::clone(trained);
    const Tensors masks{mask_of(net.get<nn::Linear>(0).weight, kept), mask_of(net.get<nn::Linear>(2).weight, kept)};
    apply_masks(net, masks);
    at_once.push_back(accuracy(net, digits));
    train(net, digits, 5, label_loss, [&] { apply_masks(net, masks); });
    trained_again.push_back(accuracy(net, digits));
    std::printf("%12.2f  %15.3f  %13.3f\n", kept, at_once.back(), trained_again.back());
  }
  plot::Figure figure({.width = 720, .height = 420});
  auto& axes = figure.axes().x_label("share of the weights that is kept").y_label("accuracy on test images").log_x();
  axes.line(shares, at_once, {.label = "removed at once", .marker = "o"})
      .line(shares, trained_again, {.label = "trained again", .marker = "s"})
      .y_range(0.0, 1.0)
      .legend("bottom right");
  figure.save(options.figure("pruning"));
}

// Every weight becomes a whole multiple of scale, of so many bits with its sign: for 3 bits, -3 to 3.
void quantise(const nn::Sequential& trained, const Digits& digits) {
  std::printf("bits  bytes    accuracy\n");
  for (const int bits : {32, 8, 6, 5, 4, 3, 2}) {
    nn::Sequential net = nn::clone(trained);
    const NoGrad guard;
    const double levels = std::exp2(bits - 1) - 1.0;
    for (const std::ptrdiff_t layer : {0, 2}) {
      const Tensor weight = net.get<nn::Linear>(layer).weight;
      const Tensor scale = amax(abs(weight), {1}, keep_dims) / levels;  // one for each unit
      weight.assign(round(weight / scale) * scale);
    }
    const std::size_t weights = trained.get<nn::Linear>(0).weight.size() + trained.get<nn::Linear>(2).weight.size();
    std::printf("%4d  %7zu  %.3f\n", bits, weights * static_cast<std::size_t>(bits) / 8, accuracy(net, digits));
  }
}

// The small network shall give the probabilities that the large one gives at a high temperature: soft labels, which say
// that a 3 looks more like an 8 than like a 1. (Hinton, Vinyals and Dean 2015.)
void distil(nn::Sequential& teacher, const Digits& digits) {
  constexpr double temperature = 4.0;
  const auto soft_loss = [&](const Tensor& scores, const Tensor& x, const Tensor&) {
    const Tensor answers = [&] {
      const NoGrad guard;
      return softmax(teacher(x) / temperature);
    }();
    return nn::cross_entropy(scores / temperature, answers) * (temperature * temperature);
  };
  const Digits few{view(digits.x, {xt::range(0, 100)}), view(digits.labels, {xt::range(0, 100)}), digits.test,
                   digits.test_labels};
  constexpr int runs = 5;
  double from_labels = 0.0, from_teacher = 0.0;
  for (int run = 0; run < runs; ++run) {
    for (double* mean : {&from_labels, &from_teacher}) {
      manual_seed(static_cast<std::uint64_t>(run));
      nn::Sequential student = make_net(digits.x.shape(1), 16);
      student.to(digits.x.dtype());
      train(student, few, 100, mean == &from_labels ? LossOf(label_loss) : LossOf(soft_loss));
      *mean += accuracy(student, few) / runs;
    }
  }
  std::printf("16 hidden units, 100 images, mean of %d runs: taught by labels %.3f, by the large network %.3f\n", runs,
              from_labels, from_teacher);
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const auto images = tutorial::load_images(options);
  const DType dtype = options.is_embedded() ? float64 : float32;
  const Digits digits{astype(flatten(images.train, 1), dtype), images.train_labels,
                      astype(flatten(images.test, 1), dtype), images.test_labels};
  manual_seed(1);
  nn::Sequential net = make_net(images.pixels(), 100);
  net.to(dtype);
  train(net, digits, options.is_embedded() ? 20 : 2, label_loss);
  std::printf("%zu parameters, accuracy %.3f\n", net.parameter_count(), accuracy(net, digits));
  prune(net, digits, options);
  quantise(net, digits);
  distil(net, digits);
}
