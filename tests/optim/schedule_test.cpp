#include <doctest/doctest.h>

#include <cmath>
#include <expectations.hpp>
#include <numbers>
#include <xtape.hpp>

using namespace xtape;

// tests/golden/optim holds every schedule against PyTorch; here stands what PyTorch does not say.

namespace {

Tensors parameter() { return {zeros({1}, {.requires_grad = true})}; }

}  // namespace

TEST_CASE("StepLR multiplies the learning rate every step_size epochs, in every group") {
  optim::SGD sgd(parameter(), {.lr = 0.8});
  sgd.add_group(parameter(), {.lr = 0.08});
  optim::StepLR schedule(sgd, {.step_size = 3, .gamma = 0.5});
  const double expected[] = {0.8, 0.8, 0.4, 0.4, 0.4, 0.2};
  for (double rate : expected) {
    schedule.step();
    CHECK(sgd.learning_rate() == rate);
    CHECK(sgd.learning_rate(1) == doctest::Approx(rate / 10));
  }
  CHECK(schedule.epoch() == 6);
  CHECK_THROWS_AS(optim::StepLR(sgd, {.step_size = 0}), Error);
  CHECK_THROWS_AS(optim::StepLR(sgd, {.gamma = -1.0}), Error);
}

TEST_CASE("options outside their ranges are named with their values") {
  optim::SGD sgd(parameter(), {.lr = 0.1});
  optim::Adagrad adagrad(parameter());
  const auto says = [](const auto& make, const char* message) { CHECK_THROWS_WITH_AS(make(), message, Error); };
  says([&] { optim::MultiStepLR(sgd, {.gamma = -1.0}); }, "MultiStepLR: gamma must be finite and >= 0, not -1");
  says([&] { optim::ExponentialLR(sgd, {}); }, "ExponentialLR: gamma must be given, finite and >= 0, not nan");
  says([&] { optim::ConstantLR(sgd, {.factor = 0.0}); }, "ConstantLR: factor must be in (0, 1], not 0");
  says([&] { optim::ConstantLR(sgd, {.total_iters = 0}); }, "ConstantLR: total_iters must be >= 1, not 0");
  says([&] { optim::LinearLR(sgd, {.start_factor = 1.5}); }, "LinearLR: start_factor must be in (0, 1], not 1.5");
  says([&] { optim::LinearLR(sgd, {.end_factor = -0.5}); }, "LinearLR: end_factor must be in [0, 1], not -0.5");
  says([&] { optim::PolynomialLR(sgd, {.power = -1.0}); }, "PolynomialLR: power must be finite and >= 0, not -1");
  says([&] { optim::CosineAnnealingLR(sgd, {}); }, "CosineAnnealingLR: T_max must be given, >= 1, not 0");
  says([&] { optim::CosineAnnealingWarmRestarts(sgd, {.T_0 = 3, .T_mult = 0}); },
       "CosineAnnealingWarmRestarts: T_mult must be >= 1, not 0");
  says([&] { optim::CosineAnnealingWarmRestarts(sgd, {.T_0 = 3, .eta_min = -1.0}); },
       "CosineAnnealingWarmRestarts: eta_min must be finite and >= 0, not -1");
  says([&] { optim::OneCycleLR(sgd, {.max_lr = 0.1, .epochs = 3}); },
       "OneCycleLR: give total_steps, or epochs and steps_per_epoch; they are 0, 3 and 0");
  says([&] { optim::OneCycleLR(sgd, {.total_steps = 3}); }, "OneCycleLR: max_lr must be given");
  says([&] { optim::OneCycleLR(sgd, {.max_lr = 0.1, .total_steps = 3, .pct_start = 1.5}); },
       "OneCycleLR: pct_start must be in [0, 1], not 1.5");
  says([&] { optim::OneCycleLR(adagrad, {.max_lr = 0.1, .total_steps = 3}); },
       "OneCycleLR: the optimizer has no momentum to cycle; set cycle_momentum to false");
  says(
      [&] {
        optim::OneCycleLR(sgd, {.max_lr = {0.1, 0.2}, .total_steps = 3});
      },
      "OneCycleLR: max_lr has 2 values for 1 groups");
  says([&] { optim::CyclicLR(sgd, {.base_lr = -0.1, .max_lr = 0.1}); },
       "CyclicLR: base_lr must be finite and >= 0, not -0.100000");
  says([&] { optim::CyclicLR(sgd, {.base_lr = 0.1, .max_lr = 0.2, .max_momentum = 1.0}); },
       "CyclicLR: max_momentum must be finite and >= 0 and < 1, not 1.000000");
  says([&] { optim::ReduceLROnPlateau(sgd, {.factor = 1.0}); },
       "ReduceLROnPlateau: factor must be in [0, 1), not 1.000000");
  says(
      [&] {
        optim::ReduceLROnPlateau(sgd, {.min_lr = {0.1, 0.2}});
      },
      "ReduceLROnPlateau: min_lr has 2 values for 1 groups");
  const auto one = [](std::uint64_t) { return 1.0; };
  says([&] { optim::LambdaLR(sgd, {one, one}); }, "LambdaLR: lr_lambda has 2 values for 1 groups");
  CHECK(sgd.learning_rate() == 0.1);
}

TEST_CASE("a schedule of schedules refuses parts and milestones that do not fit") {
  optim::SGD sgd(parameter(), {.lr = 0.1}), other(parameter(), {.lr = 0.1});
  optim::StepLR a(sgd, {}), b(sgd, {}), stranger(other, {});
  const auto says = [](const auto& make, const char* message) { CHECK_THROWS_WITH_AS(make(), message, Error); };
  says(
      [&] {
        optim::SequentialLR(sgd, {a, stranger}, {.milestones = {3}});
      },
      "SequentialLR: schedule 1 belongs to another optimizer");
  says(
      [&] {
        optim::SequentialLR(sgd, {a, b}, {});
      },
      "SequentialLR: 2 schedules with 0 milestones; there must be one schedule more");
  says(
      [&] {
        optim::SequentialLR(sgd, {a, b, a}, {.milestones = {5, 5}});
      },
      "SequentialLR: the milestones must increase from 1 up; 5 follows 5");
  says(
      [&] {
        optim::SequentialLR(sgd, {a, b}, {.milestones = {0}});
      },
      "SequentialLR: the milestones must increase from 1 up; 0 follows 0");
  says([&] { optim::ChainedScheduler({}); }, "ChainedScheduler: the list of schedules is empty");
  says([&] { optim::ChainedScheduler({a, stranger}); }, "ChainedScheduler: schedule 1 belongs to another optimizer");
}

TEST_CASE("schedules of schedules nest") {
  optim::SGD sgd(parameter(), {.lr = 1.0});
  optim::ConstantLR half(sgd, {.factor = 0.5, .total_iters = 2});
  optim::ExponentialLR decay(sgd, {.gamma = 0.9});
  optim::LinearLR warm_up(sgd, {.start_factor = 0.5, .total_iters = 2});
  optim::ChainedScheduler both({half, decay});
  optim::SequentialLR schedule(sgd, {warm_up, both}, {.milestones = {2}});
  const double expected[] = {0.5, 0.75, 0.5, 0.45, 0.81, 0.729};
  for (double rate : expected) {
    CHECK(sgd.learning_rate() == doctest::Approx(rate));
    schedule.step();
  }
}

TEST_CASE("a rate that makes no sense is refused, and the schedule stays where it was") {
  optim::SGD sgd(parameter(), {.lr = 0.1});
  sgd.add_group(parameter(), {.lr = 0.2});
  optim::LambdaLR schedule(
      sgd, {[](std::uint64_t) { return 0.5; }, [](std::uint64_t epoch) { return epoch < 2 ? 0.5 : -1.0; }});
  schedule.step();
  CHECK_THROWS_AS(schedule.step(), Error);
  CHECK(schedule.epoch() == 1);
  CHECK(sgd.learning_rate(0) == 0.05);
  CHECK(sgd.learning_rate(1) == 0.1);
}

TEST_CASE("a schedule takes in groups that come later") {
  optim::SGD sgd(parameter(), {.lr = 0.1});
  optim::ExponentialLR decay(sgd, {.gamma = 0.5});
  optim::LambdaLR constant(sgd, [](std::uint64_t) { return 1.0; });
  optim::LambdaLR listed(sgd, std::vector<optim::RateLambda>{[](std::uint64_t) { return 1.0; }});
  sgd.add_group(parameter(), {.lr = 0.4});
  decay.step();
  CHECK(sgd.learning_rate(1) == 0.2);
  constant.step();
  CHECK(sgd.learning_rate(0) == 0.1);
  CHECK(sgd.learning_rate(1) == 0.4);
}

TEST_CASE("OneCycleLR ends with its smallest rate, and no step follows the last") {
  optim::SGD sgd(parameter(), {.momentum = 0.9});
  optim::OneCycleLR schedule(sgd, {.max_lr = 0.1, .total_steps = 10, .anneal_strategy = optim::Anneal::linear});
  for (int i = 0; i < 9; ++i) schedule.step();
  CHECK(sgd.learning_rate() == doctest::Approx(0.1 / 25.0 / 1e4));
  schedule.step();
  CHECK(sgd.learning_rate() == doctest::Approx(0.1 / 25.0 / 1e4));
  CHECK(sgd.momentum() == doctest::Approx(0.95));
  CHECK_THROWS_WITH_AS(schedule.step(), "OneCycleLR: step 11 of 10; the cycle is over", Error);
  CHECK(schedule.epoch() == 10);
}

TEST_CASE("OneCycleLR with a first phase of a single step is at the top at once") {
  optim::SGD sgd(parameter(), {.momentum = 0.9});
  optim::OneCycleLR schedule(sgd, {.max_lr = 0.1, .total_steps = 10, .pct_start = 0.1});
  CHECK(sgd.learning_rate() == doctest::Approx(0.1));
}

TEST_CASE("warm restarts follow moments between epochs, and go on from there") {
  optim::SGD sgd(parameter(), {.lr = 0.5});
  optim::CosineAnnealingWarmRestarts schedule(sgd, {.T_0 = 2, .T_mult = 2});
  const auto rate = [](double since, double period) {
    return 0.25 * (1.0 + std::cos(std::numbers::pi * since / period));
  };
  schedule.step(1.25);
  CHECK(sgd.learning_rate() == doctest::Approx(rate(1.25, 2.0)));
  CHECK(schedule.epoch() == 1);
  schedule.step(6.5);  // 2 and 4 epochs are over
  CHECK(sgd.learning_rate() == doctest::Approx(rate(0.5, 8.0)));
  schedule.step();
  CHECK(sgd.learning_rate() == doctest::Approx(rate(1.5, 8.0)));
  CHECK(schedule.epoch() == 7);
  schedule.step(2.0);
  CHECK(sgd.learning_rate() == doctest::Approx(0.5));
  CHECK_THROWS_AS(schedule.step(-1.0), Error);
}

TEST_CASE("ReduceLROnPlateau counts a metric that is nan as bad") {
  optim::SGD sgd(parameter(), {.lr = 0.5});
  optim::ReduceLROnPlateau plateau(sgd, {.factor = 0.5, .patience = 0});
  plateau.step(1.0);
  plateau.step(std::nan(""));
  CHECK(sgd.learning_rate() == 0.25);
}

TEST_CASE("a schedule's state that does not fit is refused by name, and nothing changes") {
  optim::SGD sgd(parameter(), {.lr = 0.5}), two(parameter(), {.lr = 0.5});
  two.add_group(parameter());
  optim::CosineAnnealingWarmRestarts schedule(sgd, {.T_0 = 4});
  optim::StepLR step(sgd, {}), wide(two, {});
  optim::ReduceLROnPlateau plateau(sgd);
  schedule.step();
  CHECK_THROWS_WITH_AS(schedule.load_state_dict(step.state_dict()),
                       "CosineAnnealingWarmRestarts: load_state_dict: 'T_cur' is missing", Error);
  check_says(message_of<Error>([&] { step.load_state_dict(schedule.state_dict()); }),
             {"StepLR: load_state_dict: 'T_cur' belongs to nothing here"});
  CHECK_THROWS_WITH_AS(step.load_state_dict(wide.state_dict()),
                       "StepLR: load_state_dict: 'base_lrs' has the shape (2,), not (1,)", ShapeError);
  CHECK_THROWS_WITH_AS(plateau.load_state_dict(step.state_dict()),
                       "ReduceLROnPlateau: load_state_dict: 'best' is missing", Error);
  CHECK(schedule.epoch() == 1);
  CHECK(step.epoch() == 0);
}
