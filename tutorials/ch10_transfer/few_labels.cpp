// An autoencoder learns from pictures without labels. Then there are a few labels: is a classifier better that starts
// from what the autoencoder found?
#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cstdio>
#include <functional>
#include <string>

using namespace xtape;

namespace {

constexpr std::size_t code_size = 32;
constexpr int draws = 5;  // of the few labelled images; accuracies are means over them

// From an image to a code.
struct Encoder : nn::Module {
  nn::Linear first, second;

  explicit Encoder(std::size_t pixels)
      : first(add("first", nn::Linear(pixels, 128))), second(add("second", nn::Linear(128, code_size))) {}
  Tensor forward(const Tensor& x) override { return relu(second(relu(first(flatten(x, 1))))); }
};

// An encoder, and back from the code to the image.
struct Autoencoder : nn::Module {
  Encoder encoder;
  nn::Sequential decoder;

  explicit Autoencoder(std::size_t pixels)
      : encoder(add("encoder", Encoder(pixels))),
        decoder(add("decoder", nn::Sequential(nn::Linear(code_size, 128), nn::ReLU(), nn::Linear(128, pixels)))) {}
  Tensor forward(const Tensor& x) override { return decoder(encoder(x)); }
};

// An encoder and a head for ten classes.
struct Classifier : nn::Module {
  Encoder encoder;
  nn::Linear head = add("head", nn::Linear(code_size, 10));

  explicit Classifier(std::size_t pixels) : encoder(add("encoder", Encoder(pixels))) {}
  Tensor forward(const Tensor& x) override { return head(encoder(x)); }
};

// What comes out shall be the image, though noise was put on what goes in. No label is used.
void pretrain(Autoencoder& model, const Tensor& images, std::size_t epochs) {
  optim::Adam optimizer(model.parameters(), {.lr = 2e-3});
  data::DataLoader loader({images, images}, {.batch_size = 50, .shuffle = true, .seed = 1});
  for (std::size_t epoch = 1; epoch <= epochs; ++epoch) {
    double error = 0.0;
    for (const auto& [x, clean] : loader) {
      optimizer.zero_grad();
      const Tensor noisy = x + 0.2 * randn(x.shape(), {.dtype = x.dtype()});
      const Tensor loss = nn::mse_loss(sigmoid(model(noisy)), flatten(clean, 1));
      loss.backward();
      optimizer.step();
      error += loss.item() / static_cast<double>(loader.size());
    }
    if (epoch == 1 || epoch == epochs) std::printf("epoch %2zu  squared error per pixel %.4f\n", epoch, error);
  }
}

void fit(Classifier& model, const Tensor& x, const Tensor& labels, optim::Optimizer& optimizer) {
  data::DataLoader loader({x, labels}, {.batch_size = 50, .shuffle = true, .seed = 1});
  for (int step = 0; step < 150;) {
    for (auto batch = loader.begin(); batch != loader.end() && step < 150; ++batch, ++step) {
      optimizer.zero_grad();
      nn::cross_entropy(model(batch->first), batch->second).backward();
      optimizer.step();
    }
  }
}

enum class Way { scratch, frozen, tuned };

// Trains a classifier on some labelled images, in one of three ways; its accuracy on the test images.
double accuracy_of(Way way, const StateDict& pretrained, const Tensor& x, const Tensor& labels, const Tensor& test,
                   const Tensor& test_labels) {
  Classifier model(test.shape(-1) * test.shape(-2));
  model.to(test.dtype());
  if (way != Way::scratch) model.encoder.load_state_dict(pretrained);
  if (way == Way::frozen) model.encoder.requires_grad_(false);

  optim::Adam optimizer(model.head.parameters(), {.lr = 1e-2});
  if (way != Way::frozen) {
    optimizer.add_group(model.encoder.parameters(), {.lr = way == Way::tuned ? 1e-3 : 3e-3});
  }
  fit(model, x, labels, optimizer);
  const NoGrad guard;
  return nn::accuracy(model(test), test_labels);
}

void compare(const StateDict& pretrained, const tutorial::Images& images, DType dtype,
             const tutorial::Options& options) {
  const std::vector<double> counts{10, 20, 50, 100, 200, 500, 1000};
  const Tensor test = astype(images.test, dtype);
  std::vector<double> curves[3];
  std::printf("labels  scratch  frozen  tuned\n");
  for (const double count : counts) {
    double mean[3] = {};
    for (int draw = 0; draw < draws; ++draw) {
      manual_seed(static_cast<std::uint64_t>(draw));
      const Tensor chosen = view(randperm(images.train.shape(0)), {xt::range(0, static_cast<std::ptrdiff_t>(count))});
      const Tensor x = astype(take(images.train, chosen), dtype), labels = take(images.train_labels, chosen);
      for (int way = 0; way < 3; ++way) {
        mean[way] += accuracy_of(static_cast<Way>(way), pretrained, x, labels, test, images.test_labels) / draws;
      }
    }
    std::printf("%6.0f  %7.3f  %6.3f  %5.3f\n", count, mean[0], mean[1], mean[2]);
    for (int way = 0; way < 3; ++way) curves[way].push_back(mean[way]);
  }
  plot::Figure figure({.width = 720, .height = 440});
  auto& axes = figure.axes().x_label("labelled images").y_label("accuracy on test images").log_x();
  axes.line(counts, curves[0], {.label = "from scratch", .marker = "o"})
      .line(counts, curves[1], {.label = "frozen features, new head", .marker = "s"})
      .line(counts, curves[2], {.label = "all weights tuned", .marker = "^"});
  figure.save(options.figure("few_labels"));
}

// Ten test images, the same with noise, and what the autoencoder makes of these.
void show_reconstructions(Autoencoder& model, const tutorial::Images& images, DType dtype,
                          const tutorial::Options& options) {
  const NoGrad guard;
  const Tensor shown = astype(view(images.test, {xt::range(0, 10)}), dtype);
  const Tensor noisy = shown + 0.2 * randn(shown.shape(), {.dtype = dtype});
  const Tensor back = reshape(sigmoid(model(noisy)), shown.shape());
  plot::image_grid(clip(concatenate({shown, noisy, back}), 0.0, 1.0), {.columns = 10, .pixels = 60})
      .save(options.figure("reconstructions"));
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const auto images = tutorial::load_images(options);
  const DType dtype = options.is_embedded() ? float64 : float32;
  manual_seed(1);
  Autoencoder model(images.pixels());
  model.to(dtype);
  pretrain(model, astype(images.train, dtype), options.is_embedded() ? 40 : 3);

  show_reconstructions(model, images, dtype, options);
  compare(model.encoder.state_dict(), images, dtype, options);
}
