// Two networks against each other: one draws digits from random numbers, the other tells them from real ones. Their
// losses, what is drawn on the way, and what happens if the first learns too fast.
#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>

using namespace xtape;

namespace {

constexpr std::size_t noise_size = 16;

// From noise (N, 16) to images (N, 1, side, side).
nn::Sequential make_generator(std::size_t side) {
  return nn::Sequential(nn::Linear(noise_size, 128), nn::BatchNorm1d(128), nn::ReLU(), nn::Linear(128, 128),
                        nn::BatchNorm1d(128), nn::ReLU(), nn::Linear(128, side * side), nn::Sigmoid(),
                        nn::Unflatten(1, {1, -1, static_cast<std::ptrdiff_t>(side)}));
}

// From images to one score: positive for "real".
nn::Sequential make_discriminator(std::size_t side) {
  return nn::Sequential(nn::Flatten(), nn::Linear(side * side, 128), nn::LeakyReLU(0.2), nn::Linear(128, 128),
                        nn::LeakyReLU(0.2), nn::Linear(128, 1));
}

Tensor noise(std::size_t count, DType dtype) { return randn({count, noise_size}, {.dtype = dtype}); }

// -log of the probability sigmoid(score) that it is real, and of the probability that it is not.
Tensor loss_if_real(const Tensor& scores) { return mean(softplus(-scores)); }
Tensor loss_if_drawn(const Tensor& scores) { return mean(softplus(scores)); }

// How different images are from each other: the standard deviation of a pixel over all of them, mean of the pixels.
double spread_of(const Tensor& images) { return mean(stddev(images, {0})).item(); }

struct Rates {
  double generator, discriminator;
};

struct Course {
  std::vector<double> generator, discriminator, spread;  // losses and spread of each epoch
  Tensors drawn;                                         // from the same noise, at some epochs
};

Course play(const data::Dataset& digits, std::size_t side, DType dtype, const Rates& rates,
            const std::vector<std::size_t>& shown) {
  manual_seed(1);
  nn::Sequential generator = make_generator(side), discriminator = make_discriminator(side);
  generator.to(dtype);
  discriminator.to(dtype);
  optim::Adam generator_rule(generator.parameters(), {.lr = rates.generator, .beta1 = 0.5});
  optim::Adam discriminator_rule(discriminator.parameters(), {.lr = rates.discriminator, .beta1 = 0.5});
  data::DataLoader loader(digits, {.batch_size = 64, .shuffle = true, .seed = 1, .drop_last = true});
  const Tensor same_noise = noise(12, dtype), much_noise = noise(500, dtype);
  Course course;
  for (std::size_t epoch = 1; epoch <= shown.back(); ++epoch) {
    double generator_loss = 0.0, discriminator_loss = 0.0;
    for (const auto& [real, labels] : loader) {
      const Tensor drawn = generator(noise(real.shape(0), dtype));

      discriminator_rule.zero_grad();  // it learns: real images are real, drawn ones are drawn
      const Tensor d_loss = loss_if_real(discriminator(real)) + loss_if_drawn(discriminator(drawn.detach()));
      d_loss.backward();
      discriminator_rule.step();

      generator_rule.zero_grad();  // it learns to draw what passes for real
      const Tensor g_loss = loss_if_real(discriminator(drawn));
      g_loss.backward();
      generator_rule.step();

      generator_loss += g_loss.item() / static_cast<double>(loader.size());
      discriminator_loss += d_loss.item() / static_cast<double>(loader.size());
    }
    course.generator.push_back(generator_loss);
    course.discriminator.push_back(discriminator_loss);
    const NoGrad guard;
    course.spread.push_back(spread_of(generator(much_noise)));
    if (std::find(shown.begin(), shown.end(), epoch) != shown.end()) course.drawn.push_back(generator(same_noise));
  }
  return course;
}

void print(const std::string& name, const Course& course, const std::vector<std::size_t>& shown) {
  std::printf("%s\nepoch  discriminator  generator  spread\n", name.c_str());
  for (const std::size_t epoch : shown) {
    std::printf("%5zu  %13.2f  %9.2f  %6.2f\n", epoch, course.discriminator[epoch - 1], course.generator[epoch - 1],
                course.spread[epoch - 1]);
  }
}

void save_drawn(const Course& course, const std::filesystem::path& path) {
  plot::image_grid(concatenate(course.drawn), {.columns = 12, .pixels = 56}).save(path);
}

// The generator's loss against the discriminator's score of a drawn image: the one that is used, and the one of theory.
void draw_two_losses(const tutorial::Options& options) {
  const Tensor score = linspace(-6.0, 6.0, 121, {.dtype = float64});
  plot::Figure figure({.width = 640, .height = 380});
  figure.axes()
      .line(score, softplus(-score), {.label = "-log p"})
      .line(score, -softplus(score), {.label = "log(1 - p)"})
      .x_label("score of a drawn image; p = sigmoid(score)")
      .y_label("loss of the generator");
  figure.save(options.figure("two_losses"));
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const auto images = tutorial::load_images(options);
  const DType dtype = options.is_embedded() ? float64 : float32;
  const data::Dataset digits(astype(images.train, dtype), images.train_labels);
  using Epochs = std::vector<std::size_t>;
  const Epochs shown = options.is_embedded() ? Epochs{1, 5, 10, 20, 40, 60} : Epochs{1, 2, 5, 10, 20, 30};
  const Epochs shown_hasty(shown.begin(), shown.end() - 2);

  const double real_spread = spread_of(digits.inputs());
  std::printf("spread of the real digits %.2f\n", real_spread);
  const Course even = play(digits, images.height(), dtype, {.generator = 5e-4, .discriminator = 2e-3}, shown);
  print("the discriminator learns faster", even, shown);
  const Course hasty = play(digits, images.height(), dtype, {.generator = 5e-3, .discriminator = 5e-4}, shown_hasty);
  print("the generator learns faster", hasty, Epochs(shown.begin(), shown.begin() + 3));  // later ones vary by rounding

  save_drawn(even, options.figure("drawn"));
  save_drawn(hasty, options.figure("collapse"));
  draw_two_losses(options);
  plot::Figure figure({.columns = 2, .width = 1000, .height = 400});
  figure.axes(0, 0).line(even.discriminator, {.label = "discriminator"}).line(even.generator, {.label = "generator"});
  figure.axes(0, 0).horizontal_line(2.0 * std::log(2.0)).title("losses").x_label("epoch");
  figure.axes(0, 1)
      .line(even.spread, {.label = "discriminator faster"})
      .line(hasty.spread, {.label = "generator faster"});
  figure.axes(0, 1).horizontal_line(real_spread).title("spread of the drawn digits").x_label("epoch").y_range(0.0, 0.4);
  figure.save(options.figure("losses"));
}
