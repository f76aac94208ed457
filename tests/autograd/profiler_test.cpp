// Profiler: what is counted, exactly, and that looking changes nothing.

#include <doctest/doctest.h>

#include <expectations.hpp>
#include <profiled.hpp>
#include <xtape.hpp>

#include <optional>
#include <thread>

using namespace profiled;
using namespace xtape;

using Event = Profiler::Event;
using Row = Profiler::Row;

namespace {

struct Net : nn::Module {
  nn::Linear first = add("first", nn::Linear(6, 8));
  nn::Linear second = add("second", nn::Linear(8, 3));
  Tensor forward(const Tensor& x) override { return second(dropout(relu(first(x)), 0.5)); }
};

// Trains for some steps; the loss and the parameters at the end.
Tensors train() {
  random::default_generator() = random::Generator(7);
  Net net;
  optim::Adam adam(net.parameters(), {.lr = 0.01});
  const Tensor x = randn({16, 6}), targets = randint(0, 3, {16});
  Tensors results;
  for (int step = 0; step < 5; ++step) {
    adam.zero_grad();
    const Tensor loss = cross_entropy(net(x), targets);
    loss.backward();
    adam.step();
    results.push_back(loss.detach());
  }
  for (const Tensor& parameter : net.parameters()) results.push_back(parameter.detach().clone());
  return results;
}

}  // namespace

// --- counts

TEST_CASE("every operation and rule of a known graph is counted") {
  const Tensor x = randn({4, 3}).requires_grad_(), w = randn({3, 2}).requires_grad_();
  Profiler profiler;
  sum(relu(matmul(x, w))).backward();
  profiler.stop();
  // The rule of matmul is made of two products and two transposed operands; backward begins with a one.
  CHECK(counts_of(profiler) == Counts{{"matmul", 3},
                                      {"relu", 1},
                                      {"sum", 1},
                                      {"backward", 1},
                                      {"full", 1},
                                      {"sum backward", 1},
                                      {"relu backward", 1},
                                      {"matmul backward", 1},
                                      {"transpose", 2}});
  const std::vector<Row> phases = profiler.summary(Profiler::GroupBy::phase);
  CHECK(phases.size() == 2);
  CHECK(row_of(phases, "forward").count == 3);
  CHECK(row_of(phases, "backward").count == 9);
}

TEST_CASE("operations without a tape count, too") {
  const Tensor x = randn({3, 4});
  Profiler profiler;
  {
    const NoGrad guard;
    argmax(x, 1);
    argsort(x, 1);
    topk(x, 2, 1);
    any(x > 0.0);
    one_hot(argmax(x, 1), 4);
    zeros({2, 2});
    x.detach().assign(full({4}, 2.0));
  }
  const Counts counts = counts_of(profiler);
  for (const char* name : {"argsort", "topk", "any", "greater", "one_hot", "full", "assign"}) {
    INFO(name);
    CHECK(counts.count(name) == 1);
  }
  CHECK(counts.at("argmax") == 2);
  CHECK(counts.at("zeros") == 2);  // one_hot begins with zeros
}

TEST_CASE("a gradient that arrives twice is accumulated once") {
  const Tensor x = randn({5, 5}).requires_grad_(), a = randn({5, 5}), b = randn({5, 5});
  Profiler profiler;
  sum(matmul(x, a) + matmul(x, b)).backward();
  const Row row = row_of(profiler, "accumulate");
  CHECK(row.count == 1);
  CHECK(row.bytes == 3 * 25 * 4);
  CHECK(row.flops == 25);
}

TEST_CASE("an elementwise rule that adds to a gradient counts what it reads, and the addition") {
  const Tensor x = randn({5}).requires_grad_();
  Profiler profiler;
  (exp(x) + exp(x)).backward(ones({5}));
  CHECK(counts_of(profiler).count("accumulate") == 0);
  const Row row = row_of(profiler, "exp backward");
  CHECK(row.count == 2);
  CHECK(row.bytes == (3 + 4) * 5 * 4);  // of the upstream, the result and the gradient; of the gradient once more
  CHECK(row.flops == 5 + 2 * 5);
}

TEST_CASE("nothing is recorded before, after and in pauses of a profiler") {
  const Tensor x = randn({2, 2});
  exp(x);
  Profiler profiler;
  exp(x);
  profiler.pause();
  sin(x);
  profiler.resume();
  cos(x);
  profiler.stop();
  tan(x);
  CHECK(counts_of(profiler) == Counts{{"exp", 1}, {"cos", 1}});
  check_says(message_of<Error>([&] { profiler.resume(); }), {"Profiler: it was stopped", "pause()"});
  const double seconds = profiler.seconds();
  CHECK(seconds > 0.0);
  CHECK(profiler.seconds() == seconds);
}

TEST_CASE("an optimizer step, its phase and what it moves") {
  nn::Linear layer(3, 4);
  optim::Adam adam(layer.parameters(), {.lr = 0.1});
  Profiler profiler;
  sum(layer(randn({2, 3}))).backward();
  adam.step();
  adam.step();
  const Row row = row_of(profiler, "Adam.step");
  CHECK(row.count == 2);
  // The first step makes the two averages; each reads the gradient, reads and writes the weights and both averages.
  CHECK(row.bytes == 2 * 7 * (12 + 4) * 4);
  CHECK(row_of(profiler.summary(Profiler::GroupBy::phase), "optimizer").count == 2 + 4);  // and "full" for the averages
}

TEST_CASE("the batches of a data loader are a phase of their own") {
  const data::Dataset points(randn({6, 2}), zeros({6}));
  data::DataLoader loader(points, {.batch_size = 2});
  Profiler profiler;
  for (const auto& [x, target] : loader) sum(x);
  CHECK(row_of(profiler, "DataLoader").count == 3);
  CHECK(row_of(profiler.summary(Profiler::GroupBy::phase), "data").count >= 3);
  CHECK(row_of(profiler, "sum").count == 3);
}

TEST_CASE("custom, fused and checkpointed operations have their names") {
  const Tensor x = randn({6}).requires_grad_();
  const CustomOp twice{.name = "twice",
                       .forward = [](const Tensors& in) { return in[0] * 2.0; },
                       .backward = [](const Tensor& g, const Tensors&, const Tensor&) { return Tensors{g * 2.0}; }};
  const auto swish = fuse("swish", [](auto a) { return a * sigmoid(a); });
  Profiler profiler;
  sum(checkpoint([&](const Tensors& in) { return swish(custom_op(twice, in)); }, {x})).backward();
  const Counts counts = counts_of(profiler);
  CHECK(counts.at("swish") == 2);
  CHECK(counts.at("twice") == 2);
  CHECK(counts.at("checkpoint") == 1);
  CHECK(counts.at("checkpoint backward") == 1);
  CHECK(counts.at("swish backward") == 1);
  CHECK(counts.at("twice backward") == 1);
  CHECK(row_of(profiler, "swish").flops == 2 * 6);
  CHECK(row_of(profiler, "swish backward").flops == 6);
  // The upstream of a sum is one number for all elements.
  CHECK(row_of(profiler, "swish backward").bytes == 4 + 2 * 6 * 4);
}

// --- time

TEST_CASE("self times are parts of total times and add up to no more than the time that passed") {
  Profiler profiler;
  train();
  profiler.stop();
  const std::vector<Event> events = profiler.events();
  double self = 0.0, outermost = 0.0;
  for (const Event& event : events) {
    CHECK(event.self >= 0.0);
    CHECK(event.self <= event.duration);
    if (event.parent >= 0) {
      const Event& caller = events[static_cast<std::size_t>(event.parent)];
      CHECK(event.start >= caller.start);
      CHECK(event.start + event.duration <= caller.start + caller.duration + 1e-9);
    }
    if (event.kind == Event::Kind::operation) self += event.self;
    if (event.parent < 0) outermost += event.duration;
  }
  CHECK(events.size() > 100);
  CHECK(self <= outermost + 1e-9);
  CHECK(outermost <= profiler.seconds());
  double of_rows = 0.0;
  for (const Row& row : profiler.summary()) {
    CHECK(row.self <= row.total + 1e-9);
    of_rows += row.self;
  }
  CHECK(of_rows == doctest::Approx(self));
}

TEST_CASE("time that an operation waits is its own") {
  const Tensor x = randn({3});
  const CustomOp slow{.name = "slow",
                      .forward =
                          [](const Tensors& in) {
                            std::this_thread::sleep_for(std::chrono::milliseconds(5));
                            return exp(in[0]);
                          },
                      .backward = {}};
  Profiler profiler;
  std::this_thread::sleep_for(std::chrono::milliseconds(5));  // nobody's
  custom_op(slow, {x});
  profiler.stop();
  CHECK(row_of(profiler, "slow").self >= 5e-3);
  CHECK(row_of(profiler, "slow").total ==
        doctest::Approx(row_of(profiler, "slow").self + row_of(profiler, "exp").total));
  CHECK(profiler.seconds() >= 10e-3);
  CHECK(row_of(profiler.summary(Profiler::GroupBy::phase), "forward").total <= profiler.seconds() - 5e-3);
}

// --- modules and scopes

TEST_CASE("modules and scopes group operations, and a backward rule belongs where its forward was") {
  Net net;
  const Tensor x = randn({4, 6});
  Profiler profiler;
  {
    const NameScope scope("model");
    sum(net(x)).backward();
  }
  const std::vector<Row> scopes = profiler.summary(Profiler::GroupBy::scope);
  CHECK(row_of(scopes, "model.first").flops == 3 * (2 * 4 * 6 * 8) + 32 - 2 * 4 * 6 * 8);  // x needs no gradient
  CHECK(row_of(scopes, "model.second").flops == 3 * (2 * 4 * 8 * 3) + 12);
  bool found = false;
  for (const Event& event : profiler.events()) {
    if (event.name == "first") {
      CHECK(event.kind == Event::Kind::region);
      found = true;
    }
    if (event.name == "relu backward") CHECK(event.scope == "model");
  }
  CHECK(found);
  for (const Row& row : profiler.summary()) CHECK(row.name != "first");
}

TEST_CASE("a profiler that begins in a scope knows it") {
  const NameScope scope("outside");
  Profiler profiler;
  exp(randn({2}));
  CHECK(profiler.events().back().scope == "outside");
}

TEST_CASE("shapes are kept when asked for, and tell rows apart") {
  const Tensor x = randn({4, 3}).requires_grad_();
  Profiler profiler(Profiler::Options{.record_shapes = true});
  const Tensor y = matmul(x, ones({3, 2}));
  matmul(ones({1, 4}), y);
  matmul(ones({1, 4}), y);
  sum(y).backward();
  std::map<std::vector<Shape>, std::size_t> counts;
  for (const Row& row : profiler.summary(Profiler::GroupBy::shapes)) {
    if (row.name == "matmul") counts[row.shapes] = row.count;
    if (row.name == "matmul backward") CHECK(row.shapes == std::vector<Shape>{{4, 2}});
  }
  CHECK(counts ==
        std::map<std::vector<Shape>, std::size_t>{{{{4, 3}, {3, 2}}, 1}, {{{1, 4}, {4, 2}}, 2}, {{{4, 2}, {2, 3}}, 1}});
  tanh(x);
  CHECK(profiler.events().back().shapes == std::vector<Shape>{{4, 3}});  // operands that are not there have none
  Profiler without;
  exp(x);
  CHECK(without.events().back().shapes.empty());
}

// --- nothing changes, nothing breaks

TEST_CASE("training gives the same bits with and without a profiler") {
  const Tensors alone = train();
  Profiler profiler(Profiler::Options{.record_shapes = true});
  const Tensors watched_over = train();
  CHECK(row_of(profiler, "Adam.step").count == 5);
  REQUIRE(alone.size() == watched_over.size());
  for (std::size_t i = 0; i < alone.size(); ++i) CHECK(identical(alone[i], watched_over[i]));
}

TEST_CASE("fast kernels and memory that is written over stay in use") {
  const Tensor x = randn({2, 3, 5, 4}).requires_grad_();
  Profiler profiler;
  scaled_dot_product_attention(x, x, x);
  nn::LSTM(4, 3)(randn({2, 2, 4}));
  const Counts counts = counts_of(profiler);
  CHECK(counts.count("attention") == 1);
  CHECK(counts.count("lstm") == 1);
  CHECK(counts.count("masked_softmax") == 0);
  CHECK(counts.count("lstm_gates") == 0);
  const Tensor base = randn({1024});
  const std::uint64_t misses_and_hits = memory::statistics().cache_hits + memory::statistics().cache_misses;
  exp(base + 1.0);
  CHECK(memory::statistics().cache_hits + memory::statistics().cache_misses == misses_and_hits + 1);
}

TEST_CASE("an operation that throws is ended, and what follows is not within it") {
  const Tensor singular = zeros({2, 2}, {.dtype = float64});
  Profiler profiler;
  CHECK_THROWS_AS(inverse(singular), LinalgError);
  CHECK_THROWS_AS(matmul(singular, zeros({3, 2})), ShapeError);
  const Tensor x = randn({2}).requires_grad_();
  const CustomOp broken{.name = "broken",
                        .forward = [](const Tensors& in) { return exp(in[0]); },
                        .backward = [](const Tensor&, const Tensors&, const Tensor&) -> Tensors { throw Error("no"); }};
  CHECK_THROWS_AS(sum(custom_op(broken, {x})).backward(), Error);
  exp(singular);
  const std::vector<Event> events = profiler.events();
  CHECK(events.back().name == "exp");
  CHECK(events.back().parent == -1);
  CHECK(events.back().phase == Phase::forward);
  CHECK(row_of(profiler, "inverse").count == 1);
  CHECK(row_of(profiler, "broken backward").count == 1);
}

TEST_CASE("other threads are not recorded, and have profilers of their own") {
  const Tensor x = randn({2});
  Profiler profiler;
  Counts inside;
  std::thread([&] {
    exp(x);
    Profiler own;
    sin(x);
    inside = counts_of(own);
  }).join();
  cos(x);
  CHECK(counts_of(profiler) == Counts{{"cos", 1}});
  CHECK(inside == Counts{{"sin", 1}});
}

TEST_CASE("profilers nest, each recording its own lifetime") {
  const Tensor x = randn({2});
  Profiler outer;
  exp(x);
  Counts inside;
  {
    Profiler inner;
    sin(x);
    outer.pause();
    tan(x);
    outer.resume();
    inside = counts_of(inner);
  }
  cos(x);
  CHECK(inside == Counts{{"sin", 1}, {"tan", 1}});
  CHECK(counts_of(outer) == Counts{{"exp", 1}, {"sin", 1}, {"cos", 1}});
}

TEST_CASE("a profiler that begins or ends within an operation records what it sees of it") {
  const Tensor x = randn({2});
  std::optional<Profiler> profiler;
  const auto nested = [&](const std::function<void()>& function) {
    custom_op({.name = "around",
               .forward =
                   [&](const Tensors& in) {
                     function();
                     return exp(in[0]);
                   },
               .backward = {}},
              {x});
  };
  nested([&] { profiler.emplace(); });
  sin(x);
  CHECK(counts_of(*profiler) == Counts{{"exp", 1}, {"sin", 1}});
  std::vector<Event> events;
  nested([&] {
    CHECK(profiler->events().back().name == "around");  // still running
    profiler->stop();
    events = profiler->events();
    profiler.reset();
  });
  CHECK(events.back().name == "around");
  CHECK(events.back().duration > 0.0);
  Profiler next;
  sin(x);
  CHECK(next.events().back().parent == -1);
}

TEST_CASE("derivatives of derivatives, forward mode and anomaly detection go on under a profiler") {
  const Tensor x = Tensor(xt::xarray<double>{0.5, 2.0}).requires_grad_();
  Profiler profiler;
  const Tensor g = grad(sum(exp(x) * x), x, {.create_graph = true});
  const Tensor second = grad(sum(g), x);
  CHECK(second.item(0) == doctest::Approx(2.5 * std::exp(0.5)));
  const DetectAnomaly guard;
  CHECK_THROWS_AS(log(Tensor(-1.0)), GradError);
  CHECK(row_of(profiler, "grad").count == 2);
  for (const Event& event : profiler.events()) CHECK(event.duration >= 0.0);
}
