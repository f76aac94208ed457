// Each part by itself: the layer's state, one step of Lion by hand, the schedule's rates, and what the data looks like.
#include "parts.hpp"

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>

#include <iomanip>
#include <iostream>

using namespace xtape;

void look_at_layer() {
  RmsScale layer(2);
  layer.to(float64);
  const Tensor x = xt::xarray<double>{{{{3.0, -3.0}}, {{0.1, 0.2}}}};  // one image of two channels, 1x2 pixels
  std::cout << "in training    " << squeeze(layer(x).detach()) << '\n';
  layer.eval();
  std::cout << "in evaluation  " << squeeze(layer(x).detach()) << '\n';
  for (const auto& [name, tensor] : layer.state_dict())
    std::cout << "  " << name << ' ' << to_string(tensor.shape()) << ": " << tensor.item(0) << ' ' << tensor.item(1)
              << '\n';
  std::cout << "  parameters: " << layer.parameters().size() << ", of " << layer.parameter_count() << " numbers\n";
  layer.train();
  const auto run = [&](const Tensors& in) { return layer(in[0]); };
  std::cout << "  its gradient is " << (gradcheck(run, {x}).ok ? "right" : "wrong") << '\n';
  try {
    layer.load_state_dict({{"gain", ones({2, 1, 1})}});
  } catch (const Error& error) {
    std::cout << "  " << error.what() << '\n';
  }
}

void step_of_lion() {
  const Tensor p = Tensor(xt::xarray<double>{1.0, -2.0, 0.5}).requires_grad_();
  Lion lion({p}, {.lr = 0.1, .weight_decay = 0.01});
  std::cout << "\nLion on p0^2 + 3 p1^2 + 0.001 p2^2\nstep        p0        p1        p2\n"
            << std::fixed << std::setprecision(5);
  const Tensor weights = xt::xarray<double>{1.0, 3.0, 0.001};
  for (int step = 0; step <= 3; ++step) {
    std::cout << std::setw(4) << step;
    for (int i = 0; i < 3; ++i) std::cout << std::setw(10) << p.item(i);
    std::cout << '\n';
    lion.zero_grad();
    sum(weights * square(p)).backward();
    lion.step();
  }
  std::cout << "it remembers:";
  for (const auto& [name, tensor] : lion.state_dict()) std::cout << ' ' << name;
  std::cout << '\n';
  try {
    Lion({p}, {.beta2 = 1.5});
  } catch (const Error& error) {
    std::cout << error.what() << '\n';
  }
}

void draw_schedule(const tutorial::Options& options) {
  const Tensor p = ones({1}, {.requires_grad = true});
  Lion lion({p}, {.lr = 0.01});
  WarmupCosine schedule(lion, 3, 20);
  std::vector<double> rates;
  for (int epoch = 0; epoch <= 20; ++epoch, schedule.step()) rates.push_back(lion.learning_rate());
  std::cout << "\nrates after 0, 3, 11 and 20 epochs:";
  for (const std::size_t epoch : {0u, 3u, 11u, 20u}) std::cout << ' ' << rates[epoch];
  std::cout << '\n';
  plot::Figure figure({.width = 640, .height = 360});
  figure.axes().line(rates, {.marker = "o"}).x_label("epoch").y_label("learning rate");
  figure.save(options.figure("schedule"));
}

void draw_shapes(const tutorial::Options& options) {
  const data::Dataset clean(std::make_shared<Shapes>(8, 1));
  const data::Dataset noisy = clean.map(FlipPixels(0.1));
  const Tensor pictures = concatenate({clean.inputs(), noisy.inputs()}, 0);
  std::vector<std::string> titles;
  for (std::size_t i = 0; i < 8; ++i)
    titles.push_back(std::vector<std::string>{"disk", "ring", "square", "cross"}[i % 4]);
  titles.resize(16, "");
  plot::image_grid(pictures, {.columns = 8, .titles = titles}).save(options.figure("shapes"));
  const auto [image, label] = clean[6];
  std::cout << "sample 6: image " << to_string(image.shape()) << ", label " << label.item<std::int64_t>() << ", "
            << count_nonzero(image).item<std::int64_t>() << " pixels of ink\n";
}

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  look_at_layer();
  step_of_lion();
  draw_schedule(options);
  draw_shapes(options);
}
