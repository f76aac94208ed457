// The code of docs/profiling.md, compiled and run by the tests: what stands between two `// --- name` lines is shown
// there under that name. It prints the page's table: the same operations, as often.

#include <xtape.hpp>

#include <filesystem>
#include <iostream>

using namespace xtape;

int main() {
  random::default_generator() = random::Generator(1);
  nn::Sequential net(nn::Linear(784, 256), nn::ReLU(), nn::Linear(256, 10));
  optim::Adam adam(net.parameters());
  const data::Dataset digits(randn({6400, 784}), randint(0, 10, {6400}));
  data::DataLoader loader(digits, {.batch_size = 64, .shuffle = true});
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(std::filesystem::temp_directory_path());

  // --- step
  Profiler profiler;
  for (const auto& [x, t] : loader) {
    adam.zero_grad();
    nn::cross_entropy(net(x), t).backward();
    adam.step();
  }
  profiler.stop();
  std::cout << profiler;
  profiler.save_chrome_trace("trace.json");
  // ---

  std::filesystem::remove("trace.json");
  std::filesystem::current_path(before);
}
