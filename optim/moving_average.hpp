#pragma once

#include <cstdint>

#include <autograd/tensor.hpp>

namespace xtape::optim {

/// An exponential moving average of weights, which often does better than the weights themselves (Polyak and Juditsky
/// 1992): average <- decay * average + (1 - decay) * weight; the first update() copies the weights, as that of
/// PyTorch's AveragedModel. Takes parameters, and floating buffers such as the running means of batch normalisation.
/// Example: `optim::ExponentialMovingAverage average(net.parameters(), {.decay = 0.999});` then, after every step of
/// the optimizer, `average.update();` and `average.swap(); evaluate(net); average.swap();`
class ExponentialMovingAverage {
 public:
  struct Options {
    double decay = 0.999;  ///< part of the average that is kept, in [0, 1]
  };

  explicit ExponentialMovingAverage(const Tensors& parameters) : ExponentialMovingAverage(parameters, Options()) {}
  /// Throws Error for a decay outside its range or an empty list, DtypeError for what is not floating, ShapeError for a
  /// strided view.
  ExponentialMovingAverage(const Tensors& parameters, const Options& options);

  /// Takes the present weights into the averages. Throws Error while the averages are swapped in, ShapeError where a
  /// weight has another shape by now.
  void update();
  /// How many updates the averages hold.
  std::uint64_t updates() const noexcept { return m_updates; }
  const Tensors& averages() const noexcept { return m_averages; }

  /// Exchanges the values of weights and averages; a second call takes it back. Graphs that saved the weights cannot
  /// run backward after it.
  void swap();
  bool swapped() const noexcept { return m_swapped; }
  /// Overwrites the weights with the averages.
  void copy_to() const;

  /// "n_averaged" and "averages.0", "averages.1" ..., which share memory with the averages.
  StateDict state_dict() const;
  /// Takes over such a state. Throws Error for entries that are missing or too many, ShapeError for a shape that does
  /// not fit; then nothing changed.
  void load_state_dict(const StateDict& state);

 private:
  void check_swapped(const char* what) const;

  Options m_options;
  Tensors m_parameters;
  Tensors m_averages;
  std::uint64_t m_updates = 0;
  bool m_swapped = false;
};

}  // namespace xtape::optim
