// What goes wrong in engines that are written in an afternoon, and what this one and the library do instead.
#include "engine.hpp"

#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <iostream>

// --- the oldest fault: every node hands its gradient on as soon as it gets some

struct Hasty {
  double gradient = 0.0;
  std::vector<Hasty*> inputs = {};  // of sums: each input's gradient is the result's

  void backward() {
    for (Hasty* input : inputs) {
      input->gradient += gradient;
      input->backward();  // at once, though more may be on its way to it
    }
  }
};

void used_twice() {
  Hasty a, b{.inputs = {&a, &a}}, c{.inputs = {&b, &b}};
  c.gradient = 1.0;
  c.backward();
  const mini::Tensor x = mini::Tensor(3.0).requires_grad_();
  const mini::Tensor y = x + x;
  (y + y).backward();
  std::cout << "b = a + a, c = b + b: dc/da\n"
            << "  each node at once  " << a.gradient << '\n'
            << "  by number          " << x.grad().item() << '\n';
}

// --- a long chain

// x (1 + 1 / n)^n: value and derivative.
template <class Tensor>
void chain(const char* name, int length) {
  const Tensor x = Tensor(1.0).requires_grad_(), factor = 1.0 + 1.0 / length;
  Tensor y = x;
  for (int i = 0; i < length; ++i) y = y * factor;
  const double value = y.item();
  y.backward();
  y = Tensor();  // the last handle goes, and the chain with it
  std::cout << "  " << name << "  value " << value << ", derivative " << x.grad().item() << '\n';
}

// --- backward, a second time

template <class Tensor>
void second_backward(const char* name) {
  const Tensor a = Tensor(3.0).requires_grad_();
  const Tensor b = a + a;
  const Tensor c = b + b;
  c.backward({.retain_graph = true});
  const double once = a.grad().item();
  c.backward();
  std::cout << "  " << name << "  once " << once << ", twice " << a.grad().item();
  a.zero_grad();
  try {
    c.backward();
  } catch (const std::exception& error) {
    std::cout << ", a third time:\n    " << error.what() << '\n';
  }
}

// --- a value that is overwritten before backward needs it

template <class Tensor, class NoGrad>
void overwritten(const char* name) {
  const Tensor x = Tensor(3.0).requires_grad_();
  const Tensor y = x * x;
  {
    const NoGrad guard;
    x.assign(Tensor(100.0));
  }
  std::cout << "  " << name << "  ";
  try {
    y.backward();
    std::cout << "derivative " << x.grad().item() << '\n';
  } catch (const std::exception& error) {
    std::cout << error.what() << '\n';
  }
}

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  used_twice();
  std::cout << "\na chain of a million products\n";
  chain<mini::Tensor>("this engine", 1000000);
  chain<xtape::Tensor>("the library", 1000000);
  std::cout << "\nb = a + a, c = b + b: dc/da after backward\n";
  second_backward<mini::Tensor>("this engine");
  second_backward<xtape::Tensor>("the library");
  std::cout << "\ny = x * x at 3; then x becomes 100; then backward\n";
  overwritten<mini::Tensor, mini::NoGrad>("this engine");
  overwritten<xtape::Tensor, xtape::NoGrad>("the library");
}
