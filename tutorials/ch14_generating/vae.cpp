// A variational autoencoder of digits with a code of two numbers: a map of all digits, where the classes lie on it, and
// the way from one digit to another.
#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cstdio>
#include <string>

using namespace xtape;

namespace {

struct Vae : nn::Module {
  nn::Linear hidden, mean, log_var;
  nn::Sequential decoder;

  explicit Vae(std::size_t pixels)
      : hidden(add("hidden", nn::Linear(pixels, 256))),
        mean(add("mean", nn::Linear(256, 2))),
        log_var(add("log_var", nn::Linear(256, 2))),
        decoder(add("decoder", nn::Sequential(nn::Linear(2, 256), nn::ReLU(), nn::Linear(256, 256), nn::ReLU(),
                                              nn::Linear(256, pixels)))) {}

  // The middle of the region of codes that stands for each image.
  Tensor code(const Tensor& x) { return mean(relu(hidden(x))); }
  // The image that a code stands for.
  Tensor draw(const Tensor& z) { return sigmoid(decoder(z)); }
};

struct Loss {
  Tensor reconstruction, divergence;  // means over the images, in nats
};

// Both parts of the negative evidence lower bound.
Loss loss_of(Vae& vae, const Tensor& x) {
  const Tensor h = relu(vae.hidden(x));
  const Tensor mu = vae.mean(h), log_var = vae.log_var(h);
  const Tensor z = mu + exp(0.5 * log_var) * randn(mu.shape(), {.dtype = mu.dtype()});
  const auto images = static_cast<double>(x.shape(0));
  const Tensor scores = vae.decoder(z);
  return {nn::binary_cross_entropy_with_logits(scores, x, {.reduction = Reduce::sum}) / images,
          0.5 * sum(exp(log_var) + square(mu) - 1.0 - log_var) / images};
}

void train(Vae& vae, const Tensor& images, std::size_t epochs) {
  optim::Adam optimizer(vae.parameters(), {.lr = 2e-3});
  optim::CosineAnnealingLR schedule(optimizer, {.T_max = epochs});
  data::DataLoader loader({images, images}, {.batch_size = 50, .shuffle = true, .seed = 1});
  std::printf("epoch  reconstruction  divergence     sum\n");
  for (std::size_t epoch = 1; epoch <= epochs; ++epoch) {
    double reconstruction = 0.0, divergence = 0.0;
    for (const auto& [x, same] : loader) {
      optimizer.zero_grad();
      const Loss loss = loss_of(vae, x);
      (loss.reconstruction + loss.divergence).backward();
      optimizer.step();
      reconstruction += loss.reconstruction.item() / static_cast<double>(loader.size());
      divergence += loss.divergence.item() / static_cast<double>(loader.size());
    }
    schedule.step();
    if (epoch == 1 || epoch % (epochs / 4) == 0) {
      std::printf("%5zu  %14.2f  %10.2f  %6.2f\n", epoch, reconstruction, divergence, reconstruction + divergence);
    }
  }
}

// The images of 15 x 15 codes over the square from -2 to 2, side by side as one picture.
Tensor manifold(Vae& vae, std::size_t side, DType dtype) {
  const std::size_t count = 15;
  const Tensors grid =
      meshgrid({linspace(2.0, -2.0, count, {.dtype = dtype}), linspace(-2.0, 2.0, count, {.dtype = dtype})});
  const Tensor codes = stack({flatten(grid[1]), flatten(grid[0])}, 1);  // (225, 2): x to the right, y upwards
  const Tensor drawn = pad(reshape(vae.draw(codes), {count * count, side, side}), {{0, 0}, {0, 1}, {0, 1}});
  const std::size_t tile = side + 1;  // with a margin
  return reshape(transpose(reshape(drawn, {count, count, tile, tile}), {0, 2, 1, 3}), {1, count * tile, count * tile});
}

// From one image to another in ten steps: on a line between their codes, and as a mixture of their pixels.
Tensor ways_between(Vae& vae, const Tensor& from, const Tensor& to) {
  const Tensor t = reshape(linspace(0.0, 1.0, 10, {.dtype = from.dtype()}), {10, 1});
  const Tensor a = vae.code(from), b = vae.code(to);
  return concatenate({vae.draw(a + t * (b - a)), from + t * (to - from)});
}

void draw_figures(Vae& vae, const tutorial::Images& images, const Tensor& test, const tutorial::Options& options) {
  const NoGrad guard;
  const std::size_t side = images.height();
  plot::image_grid(manifold(vae, side, test.dtype()), {.columns = 1, .pixels = 600}).save(options.figure("manifold"));

  const auto shown = static_cast<std::ptrdiff_t>(std::min<std::size_t>(1000, test.shape(0)));
  plot::Figure figure({.width = 720, .height = 600});
  std::vector<std::string> names;
  for (int digit = 0; digit < 10; ++digit) names.push_back(std::to_string(digit));
  figure.axes()
      .scatter_classes(vae.code(view(test, {xt::range(0, shown)})), view(images.test_labels, {xt::range(0, shown)}),
                       names)
      .x_label("first number of the code")
      .y_label("second number")
      .legend("outside")
      .equal();
  figure.save(options.figure("codes"));

  const auto first_of = [&](std::int64_t digit) {
    const auto place = flatnonzero(equal(images.test_labels, digit)).item<std::ptrdiff_t>(0);
    return view(test, {xt::range(place, place + 1)});
  };
  const Tensor ways = ways_between(vae, first_of(3), first_of(6));
  plot::image_grid(reshape(ways, {20, 1, side, side}), {.columns = 10, .pixels = 64}).save(options.figure("between"));
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const auto images = tutorial::load_images(options);
  const DType dtype = options.is_embedded() ? float64 : float32;
  const Tensor train_images = astype(flatten(images.train, 1), dtype), test = astype(flatten(images.test, 1), dtype);
  manual_seed(1);
  Vae vae(images.pixels());
  vae.to(dtype);
  train(vae, train_images, options.is_embedded() ? 80 : 12);
  {
    const NoGrad guard;
    const Loss loss = loss_of(vae, test);
    std::printf("test images: %.1f + %.1f nats\n", loss.reconstruction.item(), loss.divergence.item());
  }
  draw_figures(vae, images, test, options);
}
