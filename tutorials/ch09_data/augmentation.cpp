// Augmentation: one image under every transform; what each of them does for a network that has few images to learn
// from; and how much that helps as the number of images grows.
#include <xtape.hpp>

#include <cstdio>

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>

using namespace xtape;

namespace {

struct Named {
  std::string name;
  data::Transform transform;
};

data::Transform affine() { return data::RandomAffine({.degrees = 10, .translate = {0.08, 0.08}, .scale = {0.9, 1.1}}); }

// Transforms of pictures with this many pixels a side.
std::vector<Named> all_transforms(std::size_t side) {
  return {{"brightness", data::RandomBrightness(0.5)},
          {"contrast", data::RandomContrast(0.5)},
          {"noise", data::GaussianNoise(0.15)},
          {"flip", data::RandomHorizontalFlip(0.5)},
          {"shift", data::RandomCrop(side, {.padding = side / 8})},
          {"turn", data::RandomRotation(15)},
          {"affine", affine()},
          {"erase", data::RandomErasing({.probability = 1.0, .scale = {0.05, 0.15}})}};
}

// A row for each transform: the first image, and what six keys make of it. The last row mixes it with six others.
void show(const tutorial::Images& images, const tutorial::Options& options) {
  const Tensor image = view(images.train, {7});
  Tensors pictures;
  std::vector<std::string> titles;
  for (const auto& [name, transform] : all_transforms(images.height())) {
    pictures.push_back(image);
    titles.push_back(name);
    for (std::uint64_t key = 1; key <= 6; ++key) pictures.push_back(transform(image, key));
    titles.resize(pictures.size());
  }
  pictures.push_back(image);
  titles.push_back("mix-up");
  for (int other = 0; other < 6; ++other) pictures.push_back(0.6 * image + 0.4 * view(images.train, {20 + other}));
  plot::image_grid(stack(pictures), {.columns = 7,
                                     .titles = titles,
                                     .colors = {.palette = "gray_r", .bar = false, .low = 0.0, .high = 1.0},
                                     .pixels = 56})
      .save(options.figure("transforms"));
}

// What is done to the images, to the batches, and inside of the network.
struct Method {
  std::string name;
  std::vector<data::Transform> transforms = {};
  data::BatchTransform batch_transform = {};
  double input_noise = 0.0, hidden_noise = 0.0;
};

nn::Sequential make_network(std::size_t pixels, const Method& method) {
  nn::Sequential net;
  if (method.input_noise > 0.0) net.append(nn::GaussianNoise(method.input_noise));
  net.append(nn::Flatten()).append(nn::Linear(pixels, 100)).append(nn::ReLU());
  if (method.hidden_noise > 0.0) net.append(nn::GaussianNoise(method.hidden_noise));
  net.append(nn::Linear(100, 10));
  net.to(float64);
  return net;
}

// Mean test accuracy of three networks that learned the first `count` images; every run takes 600 steps.
double test_accuracy(const tutorial::Images& images, int count, const Method& method) {
  const Tensor x = astype(view(images.train, {xt::range(0, count)}), float64);
  data::Dataset train(x, view(images.train_labels, {xt::range(0, count)}));
  if (!method.transforms.empty()) train = train.map(data::Compose(method.transforms));
  double total = 0.0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    manual_seed(seed);
    nn::Sequential net = make_network(images.pixels(), method);
    optim::Adam rule(net.parameters(), {.lr = 0.003});
    data::DataLoader loader(
        train, {.batch_size = 50, .shuffle = true, .seed = seed, .batch_transform = method.batch_transform});
    int steps = 0;
    while (steps < 600) {
      for (const auto& [inputs, targets] : loader) {
        rule.zero_grad();
        nn::cross_entropy(net(inputs), targets).backward();
        rule.step();
        ++steps;
      }
    }
    net.eval();
    const NoGrad guard;
    total += nn::accuracy(net(astype(images.test, float64)), images.test_labels);
  }
  return total / 3.0;
}

void compare_methods(const tutorial::Images& images, const tutorial::Options& options) {
  std::vector<Method> methods{{.name = "nothing"}};
  for (const auto& [name, transform] : all_transforms(images.height())) {
    methods.push_back({.name = name, .transforms = {transform}});
  }
  methods.push_back({.name = "mix-up", .batch_transform = data::MixUp(0.4, 10)});
  methods.push_back({.name = "noise in the model", .input_noise = 0.15});
  methods.push_back({.name = "noise in the hidden layer", .hidden_noise = 0.5});
  std::printf("100 images to learn           test accuracy\n");
  std::vector<std::string> names;
  std::vector<double> reached;
  for (const Method& method : methods) {
    names.push_back(method.name);
    reached.push_back(test_accuracy(images, 100, method));
    std::printf("%-26s           %.3f\n", method.name.c_str(), reached.back());
  }
  plot::Figure figure({.width = 900, .height = 480});
  std::vector<double> place;
  for (std::size_t i = 0; i < names.size(); ++i) place.push_back(static_cast<double>(names.size() - i));
  figure.axes().scatter(reached, place, {.size = 1.0}).vertical_line(reached[0]).y_ticks(place, names);
  figure.axes().x_label("test accuracy").y_range(0.0, static_cast<double>(names.size()) + 1.0);
  figure.save(options.figure("methods"));
}

void compare_sizes(const tutorial::Images& images, const tutorial::Options& options) {
  const Method plain{.name = "as they are"};
  const Method changed{.name = "affine", .transforms = {affine()}};
  const std::vector<int> counts{20, 50, 100, 200, 500, 1400};
  std::vector<double> without, with;
  std::printf("\nimages  %s  %s\n", plain.name.c_str(), changed.name.c_str());
  for (const int count : counts) {
    without.push_back(test_accuracy(images, count, plain));
    with.push_back(test_accuracy(images, count, changed));
    std::printf("%6d        %.3f   %.3f\n", count, without.back(), with.back());
  }
  plot::Figure figure;
  figure.axes().line(counts, without, {.label = plain.name, .line = "--", .marker = "o"});
  figure.axes().line(counts, with, {.label = changed.name, .marker = "s"});
  figure.axes().log_x().x_label("images to learn from").y_label("test accuracy").legend("bottom right");
  figure.save(options.figure("few_images"));
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const tutorial::Images images = tutorial::load_images(options);
  show(images, options);
  compare_methods(images, options);
  compare_sizes(images, options);
}
