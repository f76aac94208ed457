#pragma once

#include <optim/schedule.hpp>

/// Schedules that raise the learning rate and lower it again, and the momentum the other way; step() is called after
/// every batch.
namespace xtape::optim {

/// How OneCycleLR goes from one rate to the next: along half a cosine, or in a straight line.
enum class Anneal { cos, linear };

/// One cycle (Smith and Topin 2019): from max_lr / div_factor up to max_lr in the first pct_start of the steps, then
/// down to max_lr / div_factor / final_div_factor; with three_phase first down to where it started, in as many steps,
/// and the rest of the steps further down. The momentum, or beta1, goes from max_momentum to base_momentum and back.
/// PyTorch's OneCycleLR; the last of total_steps calls of step() keeps the smallest rate, where PyTorch's goes on
/// beyond it. Throws Error for options outside their ranges, an optimizer without momentum where cycle_momentum is on,
/// and for more than total_steps calls of step(). Example: `optim::OneCycleLR schedule(sgd, {.max_lr = 0.1, .epochs =
/// 10, .steps_per_epoch = loader.size()});`
class OneCycleLR : public RateSchedule {
 public:
  struct Options {
    PerGroup<double> max_lr = {};           ///< the largest rate; must be given
    std::uint64_t total_steps = 0;          ///< length of the cycle; 0: epochs * steps_per_epoch
    std::uint64_t epochs = 0;               ///< read where total_steps is 0
    std::uint64_t steps_per_epoch = 0;      ///< read where total_steps is 0
    double pct_start = 0.3;                 ///< part of the steps that raise the rate, in [0, 1]
    Anneal anneal_strategy = Anneal::cos;   ///< the form of the way up and down
    bool cycle_momentum = true;             ///< change the momentum as well
    PerGroup<double> base_momentum = 0.85;  ///< the smallest momentum, at the largest rate
    PerGroup<double> max_momentum = 0.95;   ///< the largest momentum, at both ends
    double div_factor = 25.0;               ///< the largest rate over the first, > 0
    double final_div_factor = 1e4;          ///< the first rate over the last, > 0
    bool three_phase = false;               ///< go down in two phases
  };

  OneCycleLR(Optimizer& optimizer, const Options& options);

 private:
  struct Place;
  Place place(std::uint64_t epoch) const;
  double anneal(double from, double to, double part) const;
  double next_rate(std::size_t group, double rate, std::uint64_t epoch) const override;
  double next_momentum(std::size_t group, std::uint64_t epoch) const override;
  bool cycles_momentum() const override { return m_options.cycle_momentum; }

  Options m_options;
};

/// Cyclical learning rates (Smith 2017): from base_lr in a straight line to max_lr in step_size_up steps, back in
/// step_size_down, again and again, while the momentum goes from max_momentum to base_momentum and back. The distance
/// of both from where they start is scaled: triangular by 1, triangular2 by 2^-(cycle - 1), exp_range by gamma^step, or
/// by scale_fn. PyTorch's CyclicLR. Throws Error for options outside their ranges and an optimizer without momentum
/// where cycle_momentum is on.
/// Example: `optim::CyclicLR schedule(sgd, {.base_lr = 0.001, .max_lr = 0.1, .step_size_up = 200});`
class CyclicLR : public RateSchedule {
 public:
  enum class Mode { triangular, triangular2, exp_range };
  enum class ScaleMode { cycle, iterations };
  struct Options {
    PerGroup<double> base_lr = {};                ///< the smallest rate; must be given
    PerGroup<double> max_lr = {};                 ///< the largest rate; must be given
    std::uint64_t step_size_up = 2000;            ///< steps of the way up
    std::uint64_t step_size_down = 0;             ///< steps of the way down; 0: as many as up
    Mode mode = Mode::triangular;                 ///< how the cycles are scaled; not read where scale_fn is given
    double gamma = 1.0;                           ///< of exp_range, >= 0
    std::function<double(double)> scale_fn = {};  ///< scales the cycles otherwise, to [0, 1]
    ScaleMode scale_mode = ScaleMode::cycle;      ///< what scale_fn gets: the cycle, from 1 on, or the step, from 0 on
    bool cycle_momentum = true;                   ///< change the momentum as well
    PerGroup<double> base_momentum = 0.8;         ///< the smallest momentum, at the largest rate
    PerGroup<double> max_momentum = 0.9;          ///< the largest momentum, at the smallest rate
  };

  CyclicLR(Optimizer& optimizer, const Options& options);

 private:
  double height(std::uint64_t epoch) const;
  double scale(double cycle, std::uint64_t epoch) const;
  double next_rate(std::size_t group, double rate, std::uint64_t epoch) const override;
  double next_momentum(std::size_t group, std::uint64_t epoch) const override;
  bool cycles_momentum() const override { return m_options.cycle_momentum; }

  Options m_options;
};

}  // namespace xtape::optim
