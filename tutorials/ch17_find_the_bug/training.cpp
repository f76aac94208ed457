// tolerance: 0.02, because rounding grows over a thousand steps of training
// What the bugs cost: the same network on digits with and without them.
#include <xtape.hpp>

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>

#include <cmath>
#include <cstdio>

using namespace xtape;

namespace {

using Function = std::function<Tensor(const Tensor&)>;

Tensor d_sigmoid(const Tensor& u) { return sigmoid(u) * (1.0 - sigmoid(u)); }

// An activation whose backward rule takes its slope from somewhere.
Function activation(const Function& value, const std::function<Tensor(const Tensor& u, const Tensor& z)>& slope) {
  const CustomOp op{.name = "activation",
                    .forward = [=](const Tensors& in) { return value(in[0]); },
                    .backward = [=](const Tensor& g, const Tensors& in, const Tensor& z) -> Tensors {
                      return {g * slope(in[0], z)};
                    }};
  return [=](const Tensor& u) { return custom_op(op, {u}); };
}

struct Case {
  std::string name;
  Function activation;
  double gain;  // weights start with the deviation gain / sqrt(inputs): 1 is Xavier's, sqrt(2) He's
  double learning_rate = 0.1;
  double dropout_of_hidden = 0.0, dropout_of_scores = 0.0;
  bool batch_norm = false, train_norm = true;
};

struct Curve {
  std::vector<double> steps, accuracy, losses;
};

struct Net : nn::Module {
  Case how;
  nn::Linear first, second, third;
  nn::BatchNorm1d norm1 = add("norm1", nn::BatchNorm1d(40)), norm2 = add("norm2", nn::BatchNorm1d(20));

  Net(const Case& c, std::size_t inputs)
      : how(c),
        first(add("first", nn::Linear(inputs, 40))),
        second(add("second", nn::Linear(40, 20))),
        third(add("third", nn::Linear(20, 10))) {
    const NoGrad guard;
    for (const nn::Linear& layer : {first, second, third}) {
      nn::init::normal_(layer.weight, 0.0, how.gain / std::sqrt(static_cast<double>(layer.weight.shape(1))));
      layer.bias.assign(0.0);
    }
    for (const nn::BatchNorm1d& norm : {norm1, norm2}) {
      norm.weight.requires_grad_(how.train_norm);
      norm.bias.requires_grad_(how.train_norm);
    }
    to(float64);
  }

  Tensor forward(const Tensor& x) override {
    Tensor u = first(x);
    Tensor z = how.activation(how.batch_norm ? norm1(u) : u);
    u = second(z);
    z = how.activation(how.batch_norm ? norm2(u) : u);
    return dropout(third(dropout(z, how.dropout_of_hidden, is_training())), how.dropout_of_scores, is_training());
  }
};

Curve train(const Case& how, const tutorial::Images& images, int steps) {
  manual_seed(0);
  const auto inputs = [](const Tensor& x) { return astype(flatten(x, 1), float64); };
  Net net(how, images.pixels());
  optim::SGD sgd(net.parameters(), {.lr = how.learning_rate});
  data::DataLoader loader({inputs(images.train), images.train_labels}, {.batch_size = 100, .shuffle = true, .seed = 1});
  Curve curve;
  double recent = std::log(10.0);
  for (int step = 0; step < steps;) {
    for (const auto& [x, t] : loader) {
      net.train();
      sgd.zero_grad();
      const Tensor loss = nn::cross_entropy(net(x), t);
      loss.backward();
      sgd.step();
      recent = 0.95 * recent + 0.05 * loss.item();
      if (++step % 100 == 0) {
        const NoGrad guard;
        net.eval();
        curve.steps.push_back(step);
        curve.accuracy.push_back(nn::accuracy(net(inputs(images.test)), images.test_labels));
        curve.losses.push_back(recent);
      }
      if (step == steps) break;
    }
  }
  std::printf("%-26s %8.4f  %8.4f\n", how.name.c_str(), curve.losses.back(), curve.accuracy.back());
  return curve;
}

void list_idle_parameters(const Case& how, const tutorial::Images& images) {
  Net net(how, images.pixels());
  const Tensor x = astype(flatten(view(images.train, {xt::range(0, 5)}), 1), float64);
  nn::cross_entropy(net(x), view(images.train_labels, {xt::range(0, 5)})).backward();
  std::printf("\nwithout a gradient:");
  for (const auto& [name, parameter] : net.named_parameters()) {
    if (!parameter.grad().defined()) std::printf(" %s", name.c_str());
  }
  std::printf("\n");
}

void compare(plot::Axes& axes, const tutorial::Images& images, const std::vector<Case>& cases, bool show_loss) {
  const std::vector<std::string> lines = {"-", "--", ":"};
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Curve curve = train(cases[i], images, 2000);
    axes.line(curve.steps, show_loss ? curve.losses : curve.accuracy, {.label = cases[i].name, .line = lines[i]});
  }
  axes.x_label("step").y_label(show_loss ? "training loss" : "test accuracy");
  axes.legend(show_loss ? "top right" : "bottom right");
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const tutorial::Images images = tutorial::load_images(options);
  const Function right_sigmoid = [](const Tensor& u) { return sigmoid(u); };
  const Function right_relu = [](const Tensor& u) { return relu(u); };
  const Function sigmoid_1 = activation(right_sigmoid, [](const Tensor&, const Tensor& z) { return d_sigmoid(z); });
  const Function relu_2 = activation(right_relu, [](const Tensor& u, const Tensor&) { return d_sigmoid(u); });
  const double he = std::sqrt(2.0);

  plot::Figure figure({.rows = 2, .columns = 2, .width = 1000, .height = 900});
  std::printf("%-26s     loss  accuracy\n", "");
  compare(figure[0], images, {{"sigmoid, right", right_sigmoid, 1.0}, {"sigmoid, bug 1", sigmoid_1, 1.0}}, false);
  compare(figure[1], images, {{"relu, right", right_relu, he}, {"relu, bug 2", relu_2, he}}, false);
  compare(figure[2], images,
          {{"dropout, hidden units", right_relu, he, 0.1, 0.5, 0.0},
           {"dropout, scores (bug 13)", right_relu, he, 0.1, 0.0, 0.5}},
          true);
  const Case learned{"batch norm, right", right_sigmoid, 1.0, 0.01, 0.0, 0.0, true};
  const Case fixed{"batch norm, bug 14", right_sigmoid, 1.0, 0.01, 0.0, 0.0, true, false};
  compare(figure[3], images, {learned, fixed}, false);
  list_idle_parameters(fixed, images);
  figure.save(options.figure("training"));
}
