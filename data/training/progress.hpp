#pragma once

#include <chrono>
#include <iosfwd>

#include <data/training/history.hpp>

namespace xtape::training {

/// Where progress is shown, and how.
struct Display {
  std::ostream* out = nullptr;  ///< none: nowhere
  bool terminal = false;        ///< a line can be written over
  std::size_t width = 80;       ///< of the terminal, in characters
  std::chrono::milliseconds between_drawings{100};

  /// That of a stream: std::cout, std::cerr and std::clog may be terminals. Example: `Display::of(&std::cerr)`.
  static Display of(std::ostream* out);
};

/// Tells how far a training is: on a terminal one line that is written again and again, elsewhere (a log, a pipe) one
/// line an epoch.
class Progress {
 public:
  Progress(const Display& display, std::vector<std::string> columns, std::uint64_t epochs, std::uint64_t batches);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// Leaves the result of the last epoch.
  ~Progress();

  /// After an update: `batch` batches of an epoch (the first is 1) are done, with these numbers so far.
  void step(std::uint64_t epoch, std::uint64_t batch, const EpochResult& so_far);
  /// After an epoch.
  void epoch(const EpochResult& result);

 private:
  using Clock = std::chrono::steady_clock;

  void draw(std::uint64_t epoch, std::uint64_t batch, const EpochResult& so_far);
  std::vector<std::string> scores(const EpochResult& result) const;
  std::string remaining(std::uint64_t batches_done) const;

  Display m_display;
  std::vector<std::string> m_columns;
  std::uint64_t m_epochs, m_batches;
  Clock::time_point m_start = Clock::now();
  Clock::time_point m_drawn;
  std::uint64_t m_first_batch = 0;  // of all epochs: where this run began
  bool m_begun = false;
  std::string m_last_epoch;
};

}  // namespace xtape::training
