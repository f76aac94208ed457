#include <doctest/doctest.h>

#include <autograd/memory/buffer_cache.hpp>
#include <autograd/memory/sanitizer.hpp>
#include <xtape.hpp>

#include <thread>
#include <vector>

using namespace xtape;

namespace {

Tensor leaf(double value) { return Tensor(value).requires_grad_(); }

// Bytes of memory that are resident, from /proc.
long resident_bytes() {
  long pages = 0, resident = 0;
  if (FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%ld %ld", &pages, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return resident * 4096;
}

}  // namespace

TEST_CASE("the chain rule over a graph whose results are used several times") {
  const Tensor x = leaf(3.0), y = leaf(2.0);
  const Tensor a = x * y, b = a + x, c = a * b;  // c = x^2 y^2 + x^2 y
  c.backward();
  CHECK(x.grad().item() == doctest::Approx(2 * 3 * 4 + 2 * 3 * 2));
  CHECK(y.grad().item() == doctest::Approx(2 * 9 * 2 + 9));
  CHECK_FALSE(a.grad().defined());
}

TEST_CASE("rules add to what has arrived at an input, at every size, type and order in memory") {
  const auto used_often = [](const Tensor& x, const Tensor& weight) {
    return sum(x * weight + exp(x) * x - tanh(x) / (2.0 + x * x));
  };
  const auto agrees = [&](const Tensor& values, const Tensor& weight) {
    const Tensor x = values.requires_grad_();
    used_often(x, weight).backward();
    const Tensor t = tanh(x.detach()), v = x.detach(), d = 2.0 + v * v;
    const Tensor expected = weight + exp(v) * (1.0 + v) - (1.0 - t * t) / d + t * 2.0 * v / (d * d);
    const double tolerance = x.dtype() == float64 ? 1e-14 : 1e-6;
    CHECK(x.grad().shape() == x.shape());
    CHECK(amax(abs(x.grad() - expected)).item() <= tolerance * amax(abs(expected)).item());
  };
  for (const DType dtype : {float32, float64}) {
    for (const std::size_t size : std::vector<std::size_t>{1, 2, 3, 7, 16, 17, 1000, 100000}) {
      INFO("elements: ", size, ", ", to_string(dtype));
      agrees(linspace(-2.0, 1.5, size, {.dtype = dtype}), linspace(0.1, 3.0, size, {.dtype = dtype}));
    }
    const Tensor square = linspace(-2.0, 1.5, 48, {.dtype = dtype}), weight = square * 0.7;
    agrees(reshape(square, {6, 8}), transpose(reshape(weight, {8, 6})));  // an argument that lies otherwise
    agrees(reshape(square, {6, 8}).clone(), reshape(weight, {6, 8}) * view(weight, {3}));
  }
}

TEST_CASE("a gradient that a rule adds takes no memory") {
  const std::size_t bytes = 4096 * sizeof(float);
  const Tensor x = full({4096}, 0.5f).requires_grad_(), a = x.detach() + 1.0f, b = x.detach() * 3.0f;
  const Tensor loss = sum(x * a + x * b + x * a);
  const std::size_t before = memory::bytes_taken();
  loss.backward();
  CHECK(memory::bytes_taken() - before == bytes);
  CHECK(x.grad().item(7) == 4.5);
}

TEST_CASE("gradients accumulate over backward calls until they are cleared") {
  const Tensor x = leaf(2.0);
  (x * x).backward();
  const Tensor first = x.grad();
  (x * x).backward();
  CHECK(x.grad().item() == 8.0);
  CHECK(first.item() == 4.0);  // an earlier result is a value, not a window
  x.zero_grad();
  CHECK_FALSE(x.grad().defined());
  CHECK_THROWS_AS(x.set_grad(ones({2})), ShapeError);
  CHECK_THROWS_AS(x.set_grad(Tensor(1.0f)), DtypeError);
}

TEST_CASE("backward frees what was saved; a second one says so and changes nothing") {
  const Tensor x = leaf(2.0);
  const Tensor y = exp(x * x);
  y.backward({.retain_graph = true});
  y.backward();
  const double twice = x.grad().item();
  CHECK(twice == doctest::Approx(2 * 4.0 * std::exp(4.0)));
  CHECK_THROWS_WITH_AS(y.backward(), doctest::Contains("retain_graph"), GradError);
  CHECK(x.grad().item() == twice);
  // Also where nothing had to be saved, and where only a part is shared.
  const Tensor s = x + x;
  s.backward();
  CHECK_THROWS_AS(s.backward(), GradError);
  CHECK_THROWS_WITH_AS((s * 2.0).backward(), doctest::Contains("add"), GradError);
}

TEST_CASE("create_graph gives derivatives of derivatives") {
  const Tensor x = leaf(2.0);
  const Tensor y = x * x * x * x;
  const Tensor first = grad(y, x, {.create_graph = true});
  const Tensor second = grad(first, x, {.create_graph = true});
  const Tensor third = grad(second, x);
  CHECK(first.item() == 32.0);
  CHECK(second.item() == 48.0);
  CHECK(third.item() == 48.0);
  CHECK_FALSE(x.grad().defined());
  // Through backward(): grad() has a history of its own.
  (x * x * x).backward({.create_graph = true});
  const Tensor g = x.grad();
  x.zero_grad();
  g.backward();
  CHECK(x.grad().item() == 12.0);
}

TEST_CASE("grad() visits only what leads to its inputs, and names what does not") {
  const Tensor x = leaf(2.0), y = leaf(3.0), unused = leaf(1.0);
  const Tensor z = x * y;
  CHECK(grad(z * z, z).item() == 12.0);  // z itself is not run through, so its graph can be used on
  int asked = 0;
  const Tensor counted =
      record("counted", x.detach() * y.detach(), From{x, [&asked](const Tensor& g) { return ++asked, g; }},
             From{y, [](const Tensor& g) { return g; }});
  grad(counted, y, {.retain_graph = true});
  CHECK(asked == 0);
  grad(counted, x);
  CHECK(asked == 1);
  const Tensors both = grad(z * 2.0, {x, y});
  CHECK(both[0].item() == 6.0);
  CHECK(both[1].item() == 4.0);
  CHECK_THROWS_WITH_AS(grad(x * 2.0, unused), doctest::Contains("allow_unused"), GradError);
  CHECK_FALSE(grad(x * 2.0, {unused}, {.allow_unused = true})[0].defined());
  CHECK_THROWS_AS(grad(x * 2.0, Tensor(1.0)), GradError);
  const Tensor v = ones({2}, {.dtype = float64, .requires_grad = true});
  CHECK(grad(v * 3.0, v, {.gradient = Tensor(xt::xarray<double>{1.0, 2.0})}).item(1) == 6.0);
}

TEST_CASE("backward from a given gradient, and what it refuses") {
  const Tensor x = ones({2, 3}, {.requires_grad = true});
  const Tensor y = x * 2.0;
  y.backward(full({2, 3}, 5.0));
  CHECK(x.grad().item(5) == 10.0);
  CHECK_THROWS_AS((x * 2.0).backward(), GradError);
  CHECK_THROWS_AS((x * 2.0).backward(ones({3})), ShapeError);
  CHECK_THROWS_AS(ones({}).backward(), GradError);
  const Tensor one = leaf(4.0);
  one.backward();
  CHECK(one.grad().item() == 1.0);
}

TEST_CASE("NoGrad, detach, retain_grad") {
  const Tensor x = leaf(2.0);
  {
    NoGrad guard;
    CHECK_FALSE((x * x).requires_grad());
    {
      GradModeGuard inner(true);
      CHECK((x * x).requires_grad());
    }
    CHECK_FALSE(grad_enabled());
  }
  CHECK(grad_enabled());
  const Tensor y = (x * x).retain_grad();
  const Tensor z = y * y.detach();
  z.backward();
  CHECK(y.grad().item() == 4.0);
  CHECK(x.grad().item() == 16.0);
  CHECK_THROWS_AS(Tensor(1.0).retain_grad(), GradError);
}

TEST_CASE("what was broadcast or promoted comes back in the input's own shape and dtype") {
  const Tensor row = ones({3}, {.requires_grad = true});
  const Tensor column = ones({2, 1}, {.dtype = float64, .requires_grad = true});
  const Tensor scalar = Tensor(2.0f).requires_grad_();
  sum(row * column * scalar).backward();
  CHECK(row.grad().shape() == Shape{3});
  CHECK(row.grad().dtype() == float32);
  CHECK(row.grad().item(0) == 4.0);
  CHECK(column.grad().shape() == Shape{2, 1});
  CHECK(column.grad().dtype() == float64);
  CHECK(column.grad().item(1) == 6.0);
  CHECK(scalar.grad().shape() == Shape{});
  CHECK(scalar.grad().item() == 6.0);
}

TEST_CASE("a rule that returns a wrong gradient is named, and nothing is half changed") {
  const Tensor x = ones({2, 3}, {.requires_grad = true}), w = ones({2, 3}, {.requires_grad = true});
  const auto bad = [](const Tensor& input, const Tensor& gradient) {
    return record("bad_op", input.detach().clone(), From{input, [gradient](const Tensor&) { return gradient; }});
  };
  CHECK_THROWS_WITH_AS(sum(bad(x, ones({3, 2})) * w).backward(), doctest::Contains("bad_op"), GradError);
  CHECK_THROWS_WITH_AS(sum(bad(x, ones({3, 2}))).backward(), doctest::Contains("(3, 2)"), GradError);
  CHECK_THROWS_WITH_AS(sum(bad(x, ones({2, 3}, {.dtype = int64}))).backward(), doctest::Contains("int64"), GradError);
  CHECK_FALSE(x.grad().defined());
  CHECK_FALSE(w.grad().defined());
  // The next run starts from nothing.
  sum(x * w).backward();
  CHECK(x.grad().item(0) == 1.0);
}

TEST_CASE("a saved tensor that was changed in place is named") {
  const Tensor x = ones({2}).named("activations").requires_grad_();
  const Tensor y = sum(square(x));
  {
    NoGrad guard;
    x.assign(zeros({2}));
  }
  CHECK_THROWS_WITH_AS(y.backward(), doctest::Contains("'activations'"), GradError);
  const Tensor e = exp(x);
  {
    NoGrad guard;
    e.assign(zeros({2}));
  }
  CHECK_THROWS_WITH_AS(sum(e).backward(), doctest::Contains("exp"), GradError);
}

TEST_CASE("a leaf may die before backward") {
  const Tensor x = leaf(2.0);
  Tensor y;
  {
    const Tensor gone = leaf(3.0);
    y = x * gone;
  }
  y.backward();
  CHECK(x.grad().item() == 3.0);
}

TEST_CASE("only what a rule names is saved, and it is freed at its last use") {
  const std::int64_t before = memory::statistics().live_bytes;
  const std::size_t n = 1 << 16;
  const Tensor x = ones({n}, {.requires_grad = true});
  Tensor y = x + 1.0;  // saves nothing
  for (int i = 0; i < 10; ++i) y = y + 1.0;
  CHECK(memory::statistics().live_bytes - before == 2 * 4 * static_cast<std::int64_t>(n));
  for (int i = 0; i < 10; ++i) y = exp(y * 1e-3);  // each exp saves its result, each product nothing that is large
  CHECK(memory::statistics().live_bytes - before == 11 * 4 * static_cast<std::int64_t>(n));
  const Tensor z = sum(y);
  z.backward();
  y = Tensor();
  CHECK(memory::statistics().live_bytes - before == 2 * 4 * static_cast<std::int64_t>(n));  // x and its gradient
}

TEST_CASE("a chain of a million operations runs backward and is destroyed without recursion") {
  const std::int64_t nodes_before = memory::statistics().live_nodes;
  {
    const Tensor x = leaf(1.0);
    Tensor y = x;
    for (int i = 0; i < 1000000; ++i) y = y + 1e-6;
    CHECK(memory::statistics().live_nodes - nodes_before == 1000001);
    y.backward();
    CHECK(x.grad().item() == 1.0);
  }
  CHECK(memory::statistics().live_nodes == nodes_before);
  {
    Tensor y = leaf(0.5);
    for (int i = 0; i < 1000000; ++i) y = tanh(y);  // saves its result; never run backward
  }
  CHECK(memory::statistics().live_nodes == nodes_before);
}

TEST_CASE("a million forwards without backward leave no node alive and the resident size flat") {
  const Tensor x = leaf(0.5), w = ones({8}, {.requires_grad = true});
  const auto forward = [&] { return sum(tanh(w * x)) * x; };
  for (int i = 0; i < 1000; ++i) forward();
  const memory::Statistics before = memory::statistics();
  const long resident = resident_bytes();
  for (int i = 0; i < 1000000; ++i) forward();
  const memory::Statistics after = memory::statistics();
  CHECK(after.live_nodes == before.live_nodes);
  CHECK(after.live_tensors == before.live_tensors);
  CHECK(after.live_bytes == before.live_bytes);
  if (!memory::address_sanitizer) CHECK(resident_bytes() - resident < 1 << 20);
}

TEST_CASE("threads record and run their own graphs side by side") {
  std::vector<double> results(4);
  {
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < results.size(); ++t) {
      threads.emplace_back([&results, t] {
        for (int i = 0; i < 200; ++i) {
          const Tensor x = leaf(static_cast<double>(t));
          Tensor y = x;
          for (int k = 0; k < 20; ++k) y = y * 1.01 + x;
          y.backward();
          results[t] = x.grad().item();
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  for (double result : results) CHECK(result == doctest::Approx(results[0]));
  // A graph made in one thread may be freed in another.
  Tensor handed;
  std::thread([&handed] { handed = exp(leaf(1.0) * 2.0); }).join();
  const std::int64_t nodes = memory::statistics().live_nodes;
  handed = Tensor();
  CHECK(memory::statistics().live_nodes < nodes);
}
