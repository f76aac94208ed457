#include <optim/step_schedules.hpp>

#include <algorithm>
#include <cmath>

namespace xtape::optim {

namespace {

bool is_factor(double value) { return value >= 0.0 && std::isfinite(value); }

}  // namespace

StepLR::StepLR(Optimizer& optimizer, const Options& options) : RateSchedule("StepLR", optimizer), m_options(options) {
  if (options.step_size == 0) throw Error("StepLR: step_size is 0; it counts epochs between two changes, from 1 up");
  require(is_factor(options.gamma), "gamma", "finite and >= 0", options.gamma);
  start();
}

double StepLR::next_rate(std::size_t, double rate, std::uint64_t epoch) const {
  return epoch > 0 && epoch % m_options.step_size == 0 ? rate * m_options.gamma : rate;
}

MultiStepLR::MultiStepLR(Optimizer& optimizer, const Options& options)
    : RateSchedule("MultiStepLR", optimizer), m_options(options) {
  require(is_factor(options.gamma), "gamma", "finite and >= 0", options.gamma);
  start();
}

double MultiStepLR::next_rate(std::size_t, double rate, std::uint64_t epoch) const {
  const auto times = std::count(m_options.milestones.begin(), m_options.milestones.end(), epoch);
  return times == 0 ? rate : rate * std::pow(m_options.gamma, static_cast<double>(times));
}

ExponentialLR::ExponentialLR(Optimizer& optimizer, const Options& options)
    : RateSchedule("ExponentialLR", optimizer), m_options(options) {
  require(is_factor(options.gamma), "gamma", "given, finite and >= 0", options.gamma);
  start();
}

double ExponentialLR::next_rate(std::size_t, double rate, std::uint64_t epoch) const {
  return epoch > 0 ? rate * m_options.gamma : rate;
}

ConstantLR::ConstantLR(Optimizer& optimizer, const Options& options)
    : RateSchedule("ConstantLR", optimizer), m_options(options) {
  require(options.factor > 0.0 && options.factor <= 1.0, "factor", "in (0, 1]", options.factor);
  require(options.total_iters > 0, "total_iters", ">= 1", 0.0);
  start();
}

double ConstantLR::next_rate(std::size_t, double rate, std::uint64_t epoch) const {
  if (epoch == 0) return rate * m_options.factor;
  return epoch == m_options.total_iters ? rate * (1.0 / m_options.factor) : rate;
}

LinearLR::LinearLR(Optimizer& optimizer, const Options& options)
    : RateSchedule("LinearLR", optimizer), m_options(options) {
  // From a factor of 0 no product leads to another.
  require(options.start_factor > 0.0 && options.start_factor <= 1.0, "start_factor", "in (0, 1]", options.start_factor);
  require(options.end_factor >= 0.0 && options.end_factor <= 1.0, "end_factor", "in [0, 1]", options.end_factor);
  require(options.total_iters > 0, "total_iters", ">= 1", 0.0);
  start();
}

double LinearLR::next_rate(std::size_t, double rate, std::uint64_t epoch) const {
  if (epoch == 0) return rate * m_options.start_factor;
  if (epoch > m_options.total_iters) return rate;
  const double growth = m_options.end_factor - m_options.start_factor;
  const double before = static_cast<double>(m_options.total_iters) * m_options.start_factor +
                        static_cast<double>(epoch - 1) * growth;  // total_iters times the present factor
  return rate * (1.0 + growth / before);
}

PolynomialLR::PolynomialLR(Optimizer& optimizer, const Options& options)
    : RateSchedule("PolynomialLR", optimizer), m_options(options) {
  require(options.total_iters > 0, "total_iters", ">= 1", 0.0);
  require(is_factor(options.power), "power", "finite and >= 0", options.power);
  start();
}

double PolynomialLR::next_rate(std::size_t, double rate, std::uint64_t epoch) const {
  if (epoch == 0 || epoch > m_options.total_iters) return rate;
  const auto total = static_cast<double>(m_options.total_iters), now = static_cast<double>(epoch);
  return rate * std::pow((1.0 - now / total) / (1.0 - (now - 1.0) / total), m_options.power);
}

LambdaLR::LambdaLR(Optimizer& optimizer, PerGroup<RateLambda> lr_lambda)
    : RateSchedule("LambdaLR", optimizer), m_lambda(std::move(lr_lambda)) {
  m_lambda.check(name(), "lr_lambda", optimizer.group_count());
  start();
}

double LambdaLR::next_rate(std::size_t group, double, std::uint64_t epoch) const {
  return base_rate(group) * m_lambda.of(group, name(), "lr_lambda")(epoch);
}

MultiplicativeLR::MultiplicativeLR(Optimizer& optimizer, PerGroup<RateLambda> lr_lambda)
    : RateSchedule("MultiplicativeLR", optimizer), m_lambda(std::move(lr_lambda)) {
  m_lambda.check(name(), "lr_lambda", optimizer.group_count());
  start();
}

double MultiplicativeLR::next_rate(std::size_t group, double rate, std::uint64_t epoch) const {
  return epoch > 0 ? rate * m_lambda.of(group, name(), "lr_lambda")(epoch) : rate;
}

}  // namespace xtape::optim
