#include <doctest/doctest.h>

#include <cmath>
#include <expectations.hpp>
#include <memory>
#include <numeric>
#include <optim/sweep.hpp>
#include <scratch_files.hpp>
#include <set>
#include <xtape.hpp>

using namespace xtape;

// tests/golden/optim holds every rule against PyTorch, tests/books/optimizers_test.cpp against the books' paths; here
// stands what these do not say.

namespace {

Tensor point(double x, double y) { return Tensor(xt::xarray<double>{x, y}).requires_grad_(); }
Tensor valley(const Tensor& p) { return square(p(0)) / 20.0 + square(p(1)); }
Tensor bowl(const Tensor& p) { return square(p(0)) + 3.0 * square(p(1)); }

template <class F>
void descend(optim::Optimizer& rule, const F& loss, int steps) {
  const Tensor p = rule.parameters()[0];
  for (int i = 0; i < steps; ++i) {
    rule.zero_grad();
    loss(p).backward();
    rule.step();
  }
}

// Calls function(rule) for a rule of every kind over the parameters, with each kind's options changed by `change`.
template <class Change, class F>
void for_every_rule(const Tensors& parameters, const Change& change, const F& function) {
  const auto run = [&]<class Rule>(std::type_identity<Rule>) {
    typename Rule::Options options;
    change(options);
    Rule rule(parameters, options);
    function(rule);
  };
  run(std::type_identity<optim::SGD>());
  run(std::type_identity<optim::ASGD>());
  run(std::type_identity<optim::Adagrad>());
  run(std::type_identity<optim::Adadelta>());
  run(std::type_identity<optim::RMSprop>());
  run(std::type_identity<optim::Adam>());
  run(std::type_identity<optim::AdamW>());
  run(std::type_identity<optim::Adamax>());
  run(std::type_identity<optim::NAdam>());
  run(std::type_identity<optim::RAdam>());
  run(std::type_identity<optim::Rprop>());
}
constexpr auto as_they_are = [](auto&) {};

}  // namespace

TEST_CASE("going up the gradient is going down that of the negative") {
  std::vector<double> up, down;
  for (bool maximize : {true, false}) {
    const auto change = [&](auto& options) {
      options.maximize = maximize;
      if constexpr (requires { options.weight_decay; }) options.weight_decay = 0.1;
    };
    for_every_rule({point(-7, 2)}, change, [&](optim::Optimizer& rule) {
      const Tensor p = rule.parameters()[0];
      {
        const NoGrad guard;
        p.assign(xt::xarray<double>{-7, 2});
      }
      descend(
          rule, [&](const Tensor& x) { return maximize ? -valley(x) : valley(x); }, 5);
      (maximize ? up : down).push_back(p.item(0));
    });
  }
  CHECK(up.size() == 11);
  CHECK(up == down);
  CHECK(up[0] != -7.0);
}

TEST_CASE("every rule updates every element alike, at any length and in both dtypes") {
  for (const std::size_t count : {1u, 3u, 8u, 17u, 70001u}) {
    std::vector<double> values[2];
    for (const DType dtype : {float32, float64}) {
      const auto change = [](auto& options) {
        if constexpr (requires { options.amsgrad; }) options.amsgrad = true;
        if constexpr (requires { options.centered; }) options.centered = true;
        if constexpr (requires { options.momentum; }) options.momentum = 0.5;
        if constexpr (requires { options.weight_decay; }) options.weight_decay = 0.01;
      };
      const Tensor p = ones({count}, {.dtype = dtype, .requires_grad = true});
      for_every_rule({p}, change, [&](optim::Optimizer& rule) {
        {
          const NoGrad guard;
          p.assign(Tensor(1.0));
        }
        for (double slope : {0.5, 1.5, -2.5}) {
          p.set_grad(full({count}, slope, {.dtype = dtype}));
          rule.step();
        }
        CHECK(amin(p).item() == amax(p).item());
        values[dtype == float64].push_back(p.item(0));
      });
    }
    REQUIRE(values[0].size() == 11);
    for (std::size_t i = 0; i < values[0].size(); ++i)
      CHECK(values[0][i] == doctest::Approx(values[1][i]).epsilon(1e-5));
  }
}

TEST_CASE("a sweep covers every element of every array once, from multiples of 64 on") {
  for (const std::size_t grain : {std::size_t{64}, std::size_t{1000}, std::size_t{1} << 30}) {
    const std::vector<std::size_t> sizes{3, 0, 64, 1, 5000, 130, 7, 20000};
    std::vector<std::vector<int>> seen;
    for (std::size_t size : sizes) seen.emplace_back(size, 0);
    optim::sweep_arrays(sizes, grain, [&](std::size_t i, std::size_t begin, std::size_t end) {
      for (std::size_t n = begin; n < end; ++n) seen[i][n] += begin % 64 == 0 ? 1 : 100;
    });
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      CHECK(std::accumulate(seen[i].begin(), seen[i].end(), 0) == static_cast<int>(sizes[i]));
      CHECK(std::set<int>(seen[i].begin(), seen[i].end()).size() <= 1);
    }
  }
}

TEST_CASE("a step with a closure runs it while recording and gives its loss") {
  const Tensor p = point(1, -2);
  optim::SGD sgd({p}, {.lr = 0.1});
  const NoGrad guard;
  int calls = 0;
  const Tensor loss = sgd.step([&] {
    ++calls;
    sgd.zero_grad();
    Tensor result = bowl(p);
    result.backward();
    return result;
  });
  CHECK(calls == 1);
  CHECK(loss.item() == 13.0);
  CHECK(p.item(0) == doctest::Approx(0.8));
}

TEST_CASE("options outside their ranges are named with their values") {
  const Tensors p{point(1, 1)};
  const auto says = [&](const auto& make, const char* message) { CHECK_THROWS_WITH_AS(make(), message, Error); };
  says([&] { optim::Adam(p, {.lr = -1.0}); }, "Adam: the learning rate must be finite and >= 0, not -1");
  says([&] { optim::AdamW(p, {.beta2 = 1.0}); }, "AdamW: beta2 must be in [0, 1), not 1");
  says([&] { optim::AdamW(p, {.weight_decay = -1.0}); }, "AdamW: weight_decay must be >= 0, not -1");
  says([&] { optim::Adamax(p, {.eps = -1.0}); }, "Adamax: eps must be >= 0, not -1");
  says([&] { optim::NAdam(p, {.momentum_decay = -1.0}); }, "NAdam: momentum_decay must be >= 0, not -1");
  says([&] { optim::RAdam(p, {.beta1 = -0.5}); }, "RAdam: beta1 must be in [0, 1), not -0.5");
  says([&] { optim::ASGD(p, {.lambd = -1.0}); }, "ASGD: lambd must be >= 0, not -1");
  says([&] { optim::Adagrad(p, {.lr_decay = -1.0}); }, "Adagrad: lr_decay must be >= 0, not -1");
  says([&] { optim::Adadelta(p, {.rho = 1.5}); }, "Adadelta: rho must be in [0, 1], not 1.5");
  says([&] { optim::RMSprop(p, {.alpha = -1.0}); }, "RMSprop: alpha must be >= 0, not -1");
  says([&] { optim::Rprop(p, {.etaminus = 1.0}); }, "Rprop: etaminus must be in (0, 1), not 1");
  says([&] { optim::Rprop(p, {.etaplus = 1.0}); }, "Rprop: etaplus must be > 1, not 1");
  says([&] { optim::Rprop(p, {.step_size_max = 1e-9}); },
       "Rprop: step_size_max must be no less than step_size_min, not 1e-09");
}

TEST_CASE("a group in which nothing requires a gradient is refused; frozen parameters may be among others") {
  const Tensor frozen = zeros({2}), learned = zeros({2}, {.requires_grad = true});
  CHECK(message_of<GradError>([&] { optim::Adam({frozen}); }) ==
        "Adam: none of the 1 parameters requires a gradient; call requires_grad_() on what is to be learned");
  optim::Adam adam({frozen, learned});
  sum(learned * 2.0).backward();
  adam.step();
  CHECK(frozen.item(0) == 0.0);
  CHECK(learned.item(0) < 0.0);
}

TEST_CASE("every rule's state carries PyTorch's names") {
  const Tensor p = point(1, 1);
  p.set_grad(ones_like(p));
  std::vector<std::set<std::string>> names;
  for_every_rule({p}, as_they_are, [&](optim::Optimizer& rule) {
    rule.step();
    names.emplace_back();
    for (const auto& entry : rule.state_dict()) {
      if (entry.first.starts_with("0.") && entry.first != "0.step") names.back().insert(entry.first.substr(2));
    }
    CHECK(rule.state_dict().at("0.step").item<int>() == 1);
    CHECK(rule.state_dict().at("param_groups.0.lr").item() == rule.learning_rate());
  });
  CHECK(names == std::vector<std::set<std::string>>{{},
                                                    {"ax", "eta", "mu"},
                                                    {"sum"},
                                                    {"square_avg", "acc_delta"},
                                                    {"square_avg"},
                                                    {"exp_avg", "exp_avg_sq"},
                                                    {"exp_avg", "exp_avg_sq"},
                                                    {"exp_avg", "exp_inf"},
                                                    {"exp_avg", "exp_avg_sq", "mu_product"},
                                                    {"exp_avg", "exp_avg_sq"},
                                                    {"prev", "step_size"}});
}

TEST_CASE("a state goes through a file, learning rates and momenta included") {
  const Tensor a = point(-7, 2), b = point(0, 0);
  optim::NAdam one({a}, {.lr = 0.3}), two({b}, {.lr = 0.1, .beta1 = 0.5});
  descend(one, valley, 5);
  one.set_learning_rate(0.2);
  {
    const NoGrad guard;
    b.assign(a.detach());
  }
  const ScratchFolder folder;
  save(folder / "state.safetensors", one.state_dict());
  two.load_state_dict(load(folder / "state.safetensors"));
  CHECK(two.learning_rate() == 0.2);
  CHECK(two.momentum() == 0.9);
  descend(one, valley, 5);
  descend(two, valley, 5);
  CHECK(identical(a.detach(), b.detach()));
}

TEST_CASE("a state that does not fit is refused by name, and nothing changes") {
  const Tensor p = point(-7, 2);
  optim::ASGD asgd({p});
  descend(asgd, valley, 2);
  const StateDict good = asgd.state_dict();
  const auto refused = [&](const char* name, const Tensor& value, std::initializer_list<const char*> parts) {
    StateDict bad = good;
    if (value.defined()) {
      bad[name] = value;
    } else {
      bad.erase(name);
    }
    check_says(message_of<Error>([&] { asgd.load_state_dict(bad); }), parts);
    CHECK(asgd.state_dict().at("0.step").item<int>() == 2);
  };
  refused("0.ax", Tensor(), {"ASGD: load_state_dict: '0.ax' is missing"});
  refused("0.mu", Tensor(), {"'0.mu' is missing"});
  refused("0.mu", zeros({2}), {"'0.mu' has the shape (2,)", "one number"});
  refused("0.ax", zeros({3}), {"'0.ax' has the shape (3,), not (2,)"});
  refused("0.step", Tensor(1.5), {"'0.step' is 1.5", "count"});
  refused("1.step", Tensor(1), {"'1.step' belongs to nothing here"});
  refused("param_groups.1.lr", Tensor(0.1), {"'param_groups.1.lr' belongs to nothing here"});
  refused("param_groups.0.lr", Tensor(-0.1), {"the learning rate must be finite and >= 0, not -0.1"});
}

TEST_CASE("the momentum of a group, or its beta1, can be read and set where there is one") {
  const Tensors p{point(1, 1)};
  optim::Adam adam(p, {.beta1 = 0.8});
  CHECK(adam.has_momentum());
  CHECK(adam.momentum() == 0.8);
  adam.set_momentum(0.5, 0);
  CHECK(adam.momentum() == 0.5);
  CHECK_THROWS_WITH_AS(adam.set_momentum(1.0, 0), "Adam: the momentum must be in [0, 1), not 1", Error);
  CHECK_THROWS_AS(adam.set_momentum(0.5, 1), IndexError);
  optim::Adagrad adagrad(p);
  CHECK(!adagrad.has_momentum());
  CHECK_THROWS_WITH_AS(adagrad.momentum(), "Adagrad has no momentum", Error);
  CHECK_THROWS_WITH_AS(adagrad.set_momentum(0.5, 0), "Adagrad has no momentum", Error);
}

TEST_CASE("rates of several groups are set together or not at all") {
  optim::SGD sgd({point(1, 1)}, {.lr = 0.1});
  sgd.add_group({point(1, 1)}, {.lr = 0.2});
  CHECK_THROWS_AS(sgd.set_learning_rates({0.5, -1.0}), Error);
  CHECK_THROWS_AS(sgd.set_learning_rates({0.5, 0.5, 0.5}), IndexError);
  CHECK(sgd.learning_rate() == 0.1);
  sgd.set_learning_rates({0.5, 0.6});
  CHECK(sgd.learning_rate() == 0.5);
  CHECK(sgd.learning_rate(1) == 0.6);
}

TEST_CASE("RMSprop whose variance rounds to zero or below stays finite") {
  const Tensor p = zeros({1000}, {.requires_grad = true});
  optim::RMSprop rmsprop({p}, {.alpha = 0.5, .centered = true});
  for (int i = 0; i < 60; ++i) {
    p.set_grad(full({1000}, 0.3F));
    rmsprop.step();
    CHECK(std::isfinite(p.item(0)));
  }
}
