// Writes the pages that graph_page.py looks at, into the folder that it is given.

#include <xtape.hpp>

#include <filesystem>
#include <iostream>

using namespace xtape;

namespace {

void shopping(const std::filesystem::path& folder) {
  const Tensor apple = Tensor(100.0).named("apple").requires_grad_(),
               apples = Tensor(2.0).named("apples").requires_grad_();
  const Tensor orange = Tensor(150.0).named("orange").requires_grad_(),
               oranges = Tensor(3.0).named("oranges").requires_grad_();
  const Tensor tax = Tensor(1.1).named("tax").requires_grad_();
  Tensor sum = apple * apples;  // compilers evaluate the operands of + in either order
  sum = sum + orange * oranges;
  Tensor price = (sum * tax).named("price");
  sum = Tensor();  // nobody holds the values between
  price.backward();
  graph::save(price, folder / "shopping.html");
}

struct Classifier : nn::Module {
  nn::Linear fc1 = add("fc1", nn::Linear(4, 8));
  nn::Linear fc2 = add("fc2", nn::Linear(8, 3));
  Tensor forward(const Tensor& x) override { return fc2(relu(fc1(x))); }
};

void training_step(const std::filesystem::path& folder) {
  Classifier net;
  const Tensor scores = net(randn({5, 4}));
  const Tensor loss = nn::cross_entropy(scores, randint(0, 3, {5})).named("loss");
  graph::save(loss, folder / "training.html");
}

// A transformer of 48 layers: more than 1000 nodes.
void transformer(const std::filesystem::path& folder) {
  const nn::TransformerEncoderLayer layer(16, 2, {.dim_feedforward = 32, .batch_first = true, .norm_first = true});
  nn::TransformerEncoder encoder(layer, 48);
  const Tensor loss = mean(square(encoder(randn({2, 6, 16})))).named("loss");
  graph::save(loss, folder / "transformer.html");
}

// Two chains of elementwise operations that meet again and again, without a module: 1200 nodes side by side.
void braid(const std::filesystem::path& folder) {
  Tensor a = Tensor(xt::xarray<double>{0.1, 0.2, 0.3}).named("a").requires_grad_(), b = a;
  for (int i = 0; i < 300; ++i) {
    const Tensor mixed = a * b;
    a = tanh(mixed + a);
    b = sigmoid(b);
  }
  graph::save(sum(a * b).named("sum of all"), folder / "braid.html");
}

void awkward(const std::filesystem::path& folder) {
  const Tensor x = Tensor(xt::xarray<double>{{1.0, -2.0}, {0.0, 1e300}})
                       .named("</script><b>x & \"y\"</b> {{data}}")
                       .requires_grad_();
  graph::save(sum(exp(x) * x).named("naïve Σ"), folder / "awkward.html");
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: xtape_graph_pages FOLDER\n";
    return 2;
  }
  const std::filesystem::path folder = arguments[1];
  std::filesystem::create_directories(folder);
  random::default_generator() = random::Generator(1);
  for (const auto& write : {shopping, training_step, transformer, braid, awkward}) write(folder);
}
