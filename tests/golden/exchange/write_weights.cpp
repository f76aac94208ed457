// Writes weights that began and learned here, with an input and the output of each model, for weights.py to read into
// PyTorch.
// Usage: xtape_write_weights FOLDER

#include <filesystem>
#include <golden/exchange/models.hpp>
#include <iostream>

using namespace xtape;

namespace {

template <class Model>
void write(const std::filesystem::path& folder, const std::string& name, const Tensor& x) {
  Model model;
  optim::SGD rule(model.parameters(), {.lr = 0.05});
  for (int step = 0; step < 3; ++step) {
    rule.zero_grad();
    mean(square(model(x))).backward();
    rule.step();
  }
  model.eval();
  save(folder / (name + ".safetensors"), model.state_dict());
  save(folder / (name + "_example.safetensors"), {{"input", x}, {"output", model(x).detach()}});
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: " << arguments[0] << " FOLDER\n";
    return 2;
  }
  manual_seed(7);
  const std::filesystem::path folder = arguments[1];
  write<exchange::ConvNet>(folder, "conv_net", randn({3, 1, 10, 10}));
  write<exchange::LanguageModel>(folder, "language_model", astype(floor(rand({3, 7}) * 24.0), int64));
  write<exchange::Encoder>(folder, "encoder", randn({5, 2, 3}, {.dtype = float64}));
}
