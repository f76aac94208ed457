// Features learned on the digits 0 to 4 move to the digits 5 to 9: loading a part of a state dict, freezing, a learning
// rate for each part, and what is forgotten meanwhile.
#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cstdio>
#include <iostream>
#include <string>

using namespace xtape;

namespace {

nn::Sequential make_features(std::size_t side) {
  const std::size_t rest = side / 4;
  return nn::Sequential(nn::Conv2d(1, 8, 3, {.padding = 1}), nn::ReLU(), nn::MaxPool2d(2),
                        nn::Conv2d(8, 16, 3, {.padding = 1}), nn::ReLU(), nn::MaxPool2d(2), nn::Flatten(),
                        nn::Linear(16 * rest * rest, 32), nn::ReLU());
}

// For the digits 0 to 4.
struct OldNet : nn::Module {
  nn::Sequential features;
  nn::Linear head = add("head", nn::Linear(32, 5));

  explicit OldNet(std::size_t side) : features(add("features", make_features(side))) {}
  Tensor forward(const Tensor& x) override { return head(features(x)); }
};

// For the digits 5 to 9: the same features, another head.
struct NewNet : nn::Module {
  nn::Sequential features;
  nn::Linear new_head = add("new_head", nn::Linear(32, 5));

  explicit NewNet(std::size_t side) : features(add("features", make_features(side))) {}
  Tensor forward(const Tensor& x) override { return new_head(features(x)); }
};

struct Digits {
  Tensor images, labels;
};

// The images of five digits, from `first` on; labels count from 0.
Digits five_digits(const Tensor& images, const Tensor& labels, std::int64_t first, DType dtype) {
  const Tensor places = flatnonzero(logical_and(greater_equal(labels, first), less(labels, first + 5)));
  return {astype(take(images, places), dtype), take(labels, places) - first};
}

double accuracy(nn::Module& net, const Digits& digits) {
  const NoGrad guard;
  return nn::accuracy(net(digits.images), digits.labels);
}

void train_old(OldNet& net, const Digits& digits, int epochs) {
  optim::Adam optimizer(net.parameters(), {.lr = 3e-3});
  data::DataLoader loader({digits.images, digits.labels}, {.batch_size = 50, .shuffle = true, .seed = 1});
  for (int epoch = 0; epoch < epochs; ++epoch) {
    for (const auto& [x, t] : loader) {
      optimizer.zero_grad();
      nn::cross_entropy(net(x), t).backward();
      optimizer.step();
    }
  }
}

struct Course {
  std::vector<double> new_accuracy, old_accuracy;  // after every step
};

// Learns the new digits from all of the few labelled images at each step. `rate` is that of the features, 0 for frozen
// ones. The old head, put back on the features, shows what they still know.
Course learn_new(NewNet& net, const Digits& few, const Digits& new_test, OldNet& old_net, const Digits& old_test,
                 double rate, int steps) {
  net.features.requires_grad_(rate > 0.0);
  optim::Adam optimizer(net.new_head.parameters(), {.lr = 1e-2});
  if (rate > 0.0) optimizer.add_group(net.features.parameters(), {.lr = rate});
  Course course;
  for (int step = 0; step <= steps; ++step) {
    old_net.features.load_state_dict(net.features.state_dict());
    course.new_accuracy.push_back(accuracy(net, new_test));
    course.old_accuracy.push_back(accuracy(old_net, old_test));
    optimizer.zero_grad();
    nn::cross_entropy(net(few.images), few.labels).backward();
    optimizer.step();
  }
  return course;
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const auto images = tutorial::load_images(options);
  const DType dtype = options.is_embedded() ? float64 : float32;
  const Digits old_train = five_digits(images.train, images.train_labels, 0, dtype);
  const Digits old_test = five_digits(images.test, images.test_labels, 0, dtype);
  const Digits new_train = five_digits(images.train, images.train_labels, 5, dtype);
  const Digits new_test = five_digits(images.test, images.test_labels, 5, dtype);
  const Digits few{view(new_train.images, {xt::range(0, 40)}), view(new_train.labels, {xt::range(0, 40)})};

  manual_seed(1);
  OldNet old_net(images.height());
  old_net.to(dtype);
  train_old(old_net, old_train, options.is_embedded() ? 12 : 1);
  std::printf("0 to 4: accuracy %.3f\n", accuracy(old_net, old_test));
  StateDict learned;
  for (const auto& [name, value] : old_net.state_dict()) learned[name] = value.clone();

  NewNet first(images.height());
  const nn::LoadReport report = first.load_state_dict(learned, {.strict = false});
  for (const std::string& name : report.missing) std::cout << "not in the file: " << name << '\n';
  for (const std::string& name : report.unexpected) std::cout << "not used: " << name << '\n';

  struct Case {
    const char* name;
    bool pretrained;
    double rate;
  };
  const int steps = 120;
  plot::Figure figure({.columns = 2, .width = 1000, .height = 420});
  figure.axes(0, 0).title("new digits, 5 to 9").x_label("step").y_label("accuracy").y_range(0.0, 1.0);
  figure.axes(0, 1).title("old digits, 0 to 4").x_label("step").y_range(0.0, 1.0).legend("none");
  std::printf("%zu labelled images of 5 to 9, %d steps\n", few.images.shape(0), steps);
  std::printf("features               5 to 9  0 to 4\n");
  for (const Case& c : {Case{"from scratch", false, 1e-2}, Case{"frozen", true, 0.0},
                        Case{"tuned, rate 0.001", true, 1e-3}, Case{"tuned, rate 0.01", true, 1e-2}}) {
    manual_seed(2);
    NewNet net(images.height());
    net.to(dtype);
    if (c.pretrained) net.load_state_dict(learned, {.strict = false});
    const Course course = learn_new(net, few, new_test, old_net, old_test, c.rate, steps);
    std::printf("%-22s %.3f   %.3f\n", c.name, course.new_accuracy.back(), course.old_accuracy.back());
    figure.axes(0, 0).line(course.new_accuracy, {.label = c.name});
    figure.axes(0, 1).line(course.old_accuracy, {.label = c.name});
  }
  figure.axes(0, 0).legend("bottom right");
  figure.save(options.figure("new_digits"));
}
