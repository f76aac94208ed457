// The code of docs/graph.md, compiled and run by the tests: what stands between two `// --- name` lines is shown there
// under that name. It prints what the page shows as output.

#include <xtape.hpp>

#include <filesystem>
#include <iostream>

using namespace xtape;

int main() {
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(std::filesystem::temp_directory_path());

  // --- shopping
  Tensor apple = Tensor(100.0).named("apple").requires_grad_();
  Tensor apples = Tensor(2.0).named("apples").requires_grad_();
  Tensor tax = Tensor(1.1).named("tax").requires_grad_();
  Tensor price = (apple * apples * tax).named("price");
  price.backward();

  graph::save(price, "price.html");
  std::cout << graph::to_dot(price, {.values = true, .gradients = true});
  // ---

  std::filesystem::remove("price.html");
  std::filesystem::current_path(before);
}
