// A small engine for numbers, with the three faults that engines of a hundred lines tend to have, and without them.
#include <xtape.hpp>

#include <tutorials/common/tutorial.hpp>

#include <cstdio>
#include <set>

using namespace xtape;

namespace {

struct Value {
  double data, slope = 0.0;
  std::vector<std::pair<Value*, double>> inputs = {};  // with the local slope of each
};

Value add(Value& a, Value& b) { return {a.data + b.data, 0.0, {{&a, 1.0}, {&b, 1.0}}}; }

// --- bug 11: hands on what has come so far, every time something comes
void pass_on_11(Value& value) {
  for (const auto& [input, local] : value.inputs) {
    input->slope += local * value.slope;
    pass_on_11(*input);
  }
}

// Follows every path to the end. Right, but it counts its steps.
long follow_paths(Value& value, double upstream) {
  long visits = 1;
  value.slope += upstream;
  for (const auto& [input, local] : value.inputs) visits += follow_paths(*input, local * upstream);
  return visits;
}

// Inputs before what is computed from them, found with a stack of its own: recursion would end a deep graph's program.
std::vector<Value*> order(Value& last) {
  struct Place {
    Value* value;
    std::size_t next;
  };
  std::vector<Value*> result;
  std::set<Value*> seen = {&last};
  std::vector<Place> stack = {{&last, 0}};
  while (!stack.empty()) {
    Place& top = stack.back();
    if (top.next < top.value->inputs.size()) {
      Value* input = top.value->inputs[top.next++].first;
      if (seen.insert(input).second) stack.push_back({input, 0});
    } else {
      result.push_back(top.value);
      stack.pop_back();
    }
  }
  return result;
}

// --- bug 12: right the first time
void backward_12(Value& last) {
  const std::vector<Value*> values = order(last);
  last.slope = 1.0;
  for (std::size_t i = values.size(); i-- > 0;) {
    for (const auto& [input, local] : values[i]->inputs) input->slope += local * values[i]->slope;
  }
}

// Only what was put in keeps a slope between two passes.
void backward(Value& last) {
  for (Value* value : order(last)) {
    if (!value->inputs.empty()) value->slope = 0.0;
  }
  backward_12(last);
}

struct Diamond {
  Value a{3.0}, b = add(a, a), c = add(b, b);
};

void used_twice() {
  Diamond wrong, paths, right;
  wrong.c.slope = 1.0;
  pass_on_11(wrong.c);
  follow_paths(paths.c, 1.0);
  backward(right.c);
  const Tensor a = Tensor(3.0).requires_grad_();
  const Tensor b = a + a, c = b + b;
  c.backward();
  std::printf("b = a + a, c = b + b: dc/da is 4\n  bug 11  %g\n  paths   %g\n  order   %g\n  xtape   %g\n",
              wrong.a.slope, paths.a.slope, right.a.slope, a.grad().item());
}

void cost_of_paths() {
  std::printf("\nx doubled n times by x + x\n  n   visits along paths   nodes\n");
  for (const std::size_t n : std::vector<std::size_t>{4, 10, 20}) {
    std::vector<Value> values;
    values.reserve(n + 1);
    values.push_back({1.0});
    for (std::size_t i = 0; i < n; ++i) values.push_back(add(values[i], values[i]));
    std::printf("%3zu   %18ld   %5zu\n", n, follow_paths(values.back(), 1.0), order(values.back()).size());
  }
}

void twice() {
  Diamond wrong, right;
  for (int pass = 0; pass < 2; ++pass) {
    backward_12(wrong.c);
    backward(right.c);
  }
  const Tensor a = Tensor(3.0).requires_grad_();
  const Tensor b = a + a, c = b + b;
  c.backward({.retain_graph = true});
  c.backward();
  std::printf("\nbackward twice adds up to 8\n  bug 12  %g\n  mended  %g\n  xtape   %g\n", wrong.a.slope, right.a.slope,
              a.grad().item());
}

void deep() {
  const std::size_t depth = 100000;
  std::vector<Value> values;
  values.reserve(depth + 1);
  values.push_back({0.0});
  Value one{1.0};
  for (std::size_t i = 0; i < depth; ++i) values.push_back(add(values[i], one));
  backward(values.back());
  const Tensor x = Tensor(0.0).requires_grad_();
  Tensor y = x;
  for (std::size_t i = 0; i < depth; ++i) y = y + 1.0;
  y.backward();
  std::printf("\na chain of %zu sums\n  order   %g\n  xtape   %g\n", depth, values.front().slope, x.grad().item());
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  used_twice();
  cost_of_paths();
  twice();
  deep();
}
