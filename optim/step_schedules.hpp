#pragma once

#include <limits>

#include <optim/schedule.hpp>

/// Schedules that go in steps, or from one factor to another.
namespace xtape::optim {

/// Multiplies the learning rate by gamma after every step_size epochs; PyTorch's StepLR. Throws Error for a step_size
/// of 0 or a gamma that is negative or not finite. Example: `optim::StepLR schedule(adam, {.step_size = 5, .gamma =
/// 0.5});`
class StepLR : public RateSchedule {
 public:
  struct Options {
    std::uint64_t step_size = 1;  ///< epochs between two changes
    double gamma = 0.1;           ///< factor of each change
  };

  StepLR(Optimizer& optimizer, const Options& options);

 private:
  double next_rate(std::size_t group, double rate, std::uint64_t epoch) const override;

  Options m_options;
};

/// Multiplies the learning rate by gamma after each of the milestones, given in epochs; one that is given twice counts
/// twice. PyTorch's MultiStepLR. Throws Error for a gamma that is negative or not finite.
/// Example: `optim::MultiStepLR schedule(sgd, {.milestones = {30, 80}, .gamma = 0.1});`
class MultiStepLR : public RateSchedule {
 public:
  struct Options {
    std::vector<std::uint64_t> milestones = {};
    double gamma = 0.1;  ///< factor of each change
  };

  MultiStepLR(Optimizer& optimizer, const Options& options);

 private:
  double next_rate(std::size_t group, double rate, std::uint64_t epoch) const override;

  Options m_options;
};

/// Multiplies the learning rate by gamma after every epoch; PyTorch's ExponentialLR. Throws Error where gamma is not
/// given, negative or not finite. Example: `optim::ExponentialLR schedule(sgd, {.gamma = 0.95});`
class ExponentialLR : public RateSchedule {
 public:
  struct Options {
    double gamma = std::numeric_limits<double>::quiet_NaN();  ///< factor; must be given
  };

  ExponentialLR(Optimizer& optimizer, const Options& options);

 private:
  double next_rate(std::size_t group, double rate, std::uint64_t epoch) const override;

  Options m_options;
};

/// The learning rate times `factor` for the first total_iters epochs, then the whole; PyTorch's ConstantLR. Throws
/// Error for a factor outside (0, 1] or total_iters of 0.
/// Example: `optim::ConstantLR schedule(sgd, {.factor = 0.5, .total_iters = 4});`
class ConstantLR : public RateSchedule {
 public:
  struct Options {
    double factor = 1.0 / 3.0;
    std::uint64_t total_iters = 5;
  };

  ConstantLR(Optimizer& optimizer, const Options& options);

 private:
  double next_rate(std::size_t group, double rate, std::uint64_t epoch) const override;

  Options m_options;
};

/// The learning rate times a factor that goes in a straight line from start_factor to end_factor within total_iters
/// epochs, then stays: linear warm-up. PyTorch's LinearLR. Throws Error for a start_factor outside (0, 1], an
/// end_factor outside [0, 1] or total_iters of 0.
/// Example: `optim::LinearLR warm_up(adam, {.start_factor = 0.01, .total_iters = 10});`
class LinearLR : public RateSchedule {
 public:
  struct Options {
    double start_factor = 1.0 / 3.0;
    double end_factor = 1.0;
    std::uint64_t total_iters = 5;
  };

  LinearLR(Optimizer& optimizer, const Options& options);

 private:
  double next_rate(std::size_t group, double rate, std::uint64_t epoch) const override;

  Options m_options;
};

/// The learning rate times (1 - epoch / total_iters)^power, 0 from total_iters on; PyTorch's PolynomialLR. Throws Error
/// for total_iters of 0 or a power that is negative or not finite.
/// Example: `optim::PolynomialLR schedule(sgd, {.total_iters = 100, .power = 0.9});`
class PolynomialLR : public RateSchedule {
 public:
  struct Options {
    std::uint64_t total_iters = 5;
    double power = 1.0;
  };

  PolynomialLR(Optimizer& optimizer, const Options& options);

 private:
  double next_rate(std::size_t group, double rate, std::uint64_t epoch) const override;

  Options m_options;
};

/// A factor of the learning rate, from the number of epochs that are over.
using RateLambda = std::function<double(std::uint64_t epoch)>;

/// The learning rate at the start times lr_lambda(epoch), with one function for all groups or a list with one for each;
/// PyTorch's LambdaLR. The functions are no part of the state. Throws Error for a list of another length.
/// Example: `optim::LambdaLR schedule(sgd, [](std::uint64_t epoch) { return std::pow(0.95, epoch); });`
class LambdaLR : public RateSchedule {
 public:
  LambdaLR(Optimizer& optimizer, PerGroup<RateLambda> lr_lambda);

 private:
  double next_rate(std::size_t group, double rate, std::uint64_t epoch) const override;

  PerGroup<RateLambda> m_lambda;
};

/// Multiplies the learning rate by lr_lambda(epoch) after every epoch, from epoch 1 on; PyTorch's MultiplicativeLR.
/// Otherwise as LambdaLR. Example: `optim::MultiplicativeLR schedule(sgd, [](std::uint64_t) { return 0.95; });`
class MultiplicativeLR : public RateSchedule {
 public:
  MultiplicativeLR(Optimizer& optimizer, PerGroup<RateLambda> lr_lambda);

 private:
  double next_rate(std::size_t group, double rate, std::uint64_t epoch) const override;
  /// Goes on from the present rates: as PyTorch's in a SequentialLR, it does not know others.
  void restart() override { start(); }

  PerGroup<RateLambda> m_lambda;
};

}  // namespace xtape::optim
