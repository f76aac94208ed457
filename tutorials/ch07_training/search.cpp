// Hyper-parameters by random search: draw a learning rate and a weight decay, train shortly, look at the accuracy on
// images that were set aside for it; the best twenty of the trials, and where they lie.
#include <xtape.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>

using namespace xtape;

namespace {

struct Trial {
  double lr, weight_decay;
  std::vector<double> train = {}, validation = {};  // accuracy after each epoch
};

// Six hidden layers of 100 with ReLU, He's initial weights.
nn::Sequential make_network(std::size_t inputs) {
  nn::Sequential net;
  for (std::size_t layer = 0; layer < 7; ++layer) {
    const nn::Linear linear(layer == 0 ? inputs : 100, layer == 6 ? 10 : 100);
    nn::init::kaiming_normal_(linear.weight, {.nonlinearity = nn::init::Nonlinearity::relu});
    nn::init::zeros_(linear.bias);
    net.append(linear);
    if (layer < 6) net.append(nn::ReLU());
  }
  net.to(float64);
  return net;
}

double accuracy(nn::Sequential& net, const data::Dataset& images) {
  const NoGrad guard;
  return nn::accuracy(net(images.inputs()), images.targets());
}

// Trains with the hyper-parameters of the trial and notes the accuracies in it.
nn::Sequential run(Trial& trial, const data::Split& images, int epochs) {
  manual_seed(1);
  nn::Sequential net = make_network(images.train.inputs().shape(1));
  optim::SGD rule(net.parameters(), {.lr = trial.lr, .weight_decay = trial.weight_decay});
  data::DataLoader loader(images.train, {.batch_size = 100, .shuffle = true, .seed = 1});
  for (int epoch = 0; epoch < epochs; ++epoch) {
    for (const auto& [x, t] : loader) {
      rule.zero_grad();
      nn::cross_entropy(net(x), t).backward();
      rule.step();
    }
    trial.train.push_back(accuracy(net, images.train));
    trial.validation.push_back(accuracy(net, images.test));
  }
  return net;
}

// 10 to the power of a uniform draw: every power of ten is as likely as any other.
double log_uniform(random::Generator& generator, double low, double high) {
  return std::pow(10.0, low + (high - low) * generator.uniform());
}

// Learning rates between 10^-6 and 10^highest_rate, weight decays between 10^-8 and 10^highest_decay; the best first.
std::vector<Trial> search(const data::Split& images, int trials, int epochs, double highest_rate,
                          double highest_decay) {
  random::Generator generator(7);
  std::vector<Trial> results;
  for (int i = 0; i < trials; ++i) {
    const double lr = log_uniform(generator, -6.0, highest_rate), decay = log_uniform(generator, -8.0, highest_decay);
    Trial trial{.lr = lr, .weight_decay = decay};
    (void)run(trial, images, epochs);
    results.push_back(trial);
  }
  std::stable_sort(results.begin(), results.end(),
                   [](const Trial& a, const Trial& b) { return a.validation.back() > b.validation.back(); });
  return results;
}

void draw_best(const std::vector<Trial>& trials, const tutorial::Options& options) {
  plot::Figure figure({.rows = 4,
                       .columns = 5,
                       .width = 1150,
                       .height = 900,
                       .title = "accuracy: validation (solid) and training (dashed)",
                       .font = 12});
  for (std::size_t i = 0; i < 20; ++i) {
    char title[48];
    std::snprintf(title, sizeof title, "%zu: lr %.1e, decay %.0e", i + 1, trials[i].lr, trials[i].weight_decay);
    plot::Axes& panel = figure[i].title(title).y_range(0.0, 1.05);
    panel.y_ticks({0.0, 0.5, 1.0}).grid(false).legend("none");
    panel.line(trials[i].validation).line(trials[i].train, {.line = "--"});
    if (i % 5 == 0) panel.y_label("accuracy");
    if (i >= 15) panel.x_label("epoch");
  }
  figure.save(options.figure("best_twenty"));
}

// Every trial as a point, its validation accuracy as one of four classes.
void draw_all(const std::vector<Trial>& trials, const tutorial::Options& options) {
  const std::vector<std::string> names{"below 0.3", "0.3 to 0.6", "0.6 to 0.85", "0.85 and more"};
  std::vector<std::vector<double>> x(4), y(4);
  for (const Trial& trial : trials) {
    const double reached = trial.validation.back();
    const std::size_t group = reached < 0.3 ? 0 : reached < 0.6 ? 1 : reached < 0.85 ? 2 : 3;
    x[group].push_back(trial.lr);
    y[group].push_back(trial.weight_decay);
  }
  plot::Figure figure;
  for (std::size_t group = 0; group < 4; ++group) {
    if (!x[group].empty()) figure.axes().scatter(x[group], y[group], {.label = names[group]});
  }
  figure.axes().log_x().log_y().x_label("learning rate").y_label("weight decay").legend("outside");
  figure.save(options.figure("all_trials"));
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const tutorial::Images images = tutorial::load_images(options);
  const Tensor x = astype(view(flatten(images.train, 1), {xt::range(0, 500)}), float64);
  const data::Dataset five_hundred(x, view(images.train_labels, {xt::range(0, 500)}));
  const data::Split parts = data::random_split(five_hundred, 0.8, {.seed = 1});  // 400 to learn, 100 to choose by
  const bool small = options.is_embedded();
  const std::vector<Trial> trials = small ? search(parts, 60, 10, 0.0, -1.0) : search(parts, 100, 50, -2.0, -4.0);

  std::printf("place  validation  learning rate  weight decay\n");
  for (std::size_t i = 0; i < 10; ++i) {
    std::printf("%5zu        %.2f        %.2e      %.2e\n", i + 1, trials[i].validation.back(), trials[i].lr,
                trials[i].weight_decay);
  }
  std::printf("%5zu        %.2f        %.2e      %.2e\n", trials.size(), trials.back().validation.back(),
              trials.back().lr, trials.back().weight_decay);
  draw_best(trials, options);
  draw_all(trials, options);

  Trial chosen{.lr = trials[0].lr, .weight_decay = trials[0].weight_decay};
  const data::Dataset test(astype(flatten(images.test, 1), float64), images.test_labels);
  nn::Sequential net = run(chosen, parts, 50);
  std::printf("\nthe best, trained for 50 epochs: validation %.2f, test %.4f\n", chosen.validation.back(),
              accuracy(net, test));
}
