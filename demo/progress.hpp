#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace demo {

/// Tells how far a training is: on a terminal one line that is written again and again, elsewhere (a log, a pipe) one
/// line an epoch.
class Progress {
 public:
  Progress(std::size_t epochs, std::size_t images_per_epoch);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  /// Before the first step of an epoch: the rate is that of the steps, without what lies between epochs.
  void start_epoch();
  /// After every training step.
  void step(std::size_t images, double loss);
  /// After every epoch.
  void epoch(double train_loss, double test_accuracy);

 private:
  using Clock = std::chrono::steady_clock;

  void draw();
  double images_per_second() const;

  std::size_t m_epochs, m_images_per_epoch;
  bool m_terminal;
  Clock::time_point m_start = Clock::now();
  Clock::time_point m_last_step;
  Clock::time_point m_drawn;
  std::chrono::duration<double> m_in_steps{0.0};
  std::size_t m_epoch = 0;
  std::size_t m_images = 0;
  double m_loss = 0.0;
  std::string m_accuracy;
};

}  // namespace demo
