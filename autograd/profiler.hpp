#pragma once

#include <filesystem>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include <autograd/profile.hpp>

namespace xtape {

namespace profile {
class Recorder;
}

/// "forward", "backward", "optimizer" or "data".
const char* to_string(Phase phase);

/// While it lives, every operation that runs in its thread is recorded: when and for how long, what it moved and
/// computed. Operations, backward rules ("matmul backward"), optimizer steps ("Adam.step") and batches of a data loader
/// ("DataLoader") count, whether a tape records them or not; what other threads run does not, while the threads that
/// share the work of one operation are part of that operation's time. Nothing that is computed changes. Profilers nest:
/// each records what runs in its own lifetime. It is used in the thread that made it, and an event takes about 0.2 us
/// and 100 bytes.
///
///     Profiler profiler;
///     for (int i = 0; i < 10; ++i) step();
///     profiler.stop();
///     std::cout << profiler;
///     profiler.save_chrome_trace("trace.json");
///
/// Bytes are what an operation moves at least: each input read and each result written once, an axis that is broadcast
/// counted once, nothing for a view. Flops count products, two for a multiplication and addition (matmul, linear,
/// convolutions, attention, lstm, and what is made of them), one an element of the result for elementwise and fused
/// operations, one an element of the input for sums and other reductions, and none for all else. An operation that is
/// made of others has the bytes and flops of those, where they are more than its own.
class Profiler {
 public:
  struct Options {
    bool record_shapes = false;  ///< keep the shapes of inputs: for events, GroupBy::shapes and the trace
  };

  /// One thing that ran. Times are in seconds since the profiler was made.
  struct Event {
    enum class Kind : std::uint8_t { operation, region };

    std::string name;
    Kind kind = Kind::operation;   ///< a region is a module or a NameScope
    Phase phase = Phase::forward;  ///< an operation that a backward rule calls belongs to backward
    std::string scope;             ///< the modules and NameScopes around it, "encoder.fc1"; those of the forward
    double start = 0.0;
    double duration = 0.0;  ///< of an event that still runs: up to now
    double self = 0.0;      ///< the duration without that of the operations that it called
    std::size_t bytes = 0;
    std::size_t flops = 0;
    std::size_t allocated = 0;   ///< bytes of array buffers that it took, freed since or not
    std::ptrdiff_t parent = -1;  ///< number of the event that called it; -1: none
    std::vector<Shape> shapes;   ///< of its inputs, of a backward rule of its upstream gradient
  };

  /// What summary() puts into one row: operations of one name; of one name and shapes; of one phase; of one scope.
  enum class GroupBy { name, shapes, phase, scope };

  /// The operations of one group. An operation that another one of its group called adds to `count` and `self` only, so
  /// that nothing is counted twice.
  struct Row {
    std::string name;  ///< of the operations, their phase or their scope
    std::vector<Shape> shapes = {};
    std::size_t count = 0;
    double total = 0.0;  ///< seconds
    double self = 0.0;   ///< seconds without those of called operations: over all rows they add up to the whole
    std::size_t bytes = 0;
    std::size_t flops = 0;
    std::size_t allocated = 0;
  };

  enum class SortBy { self, total, average, count, bytes, flops, allocated, name };

  struct TableOptions {
    SortBy sort_by = SortBy::self;  ///< the largest first; names from a to z
    std::size_t row_limit = 40;     ///< 0: every row
    GroupBy group_by = GroupBy::name;
  };

  Profiler();
  explicit Profiler(Options options);
  ~Profiler();
  Profiler(const Profiler&) = delete;
  Profiler& operator=(const Profiler&) = delete;

  /// Stops recording until resume(); of what runs at this moment, the rest is not recorded.
  void pause();
  void resume();
  /// Stops recording for good; resume() then throws Error.
  void stop();
  /// Seconds spent recording so far.
  double seconds() const;

  /// Everything recorded, in the order in which it began: a caller before what it called.
  std::vector<Event> events() const;
  /// Operations put together; the one with the most self time first.
  std::vector<Row> summary(GroupBy group_by = GroupBy::name) const;
  /// What summary() gives, as text. "total" is the time with, "self" without called operations, "share" that of self in
  /// the time of all operations, "GB/s" and "GFLOP/s" are bytes and flops by total.
  /// Example: `std::cout << profiler.table({.sort_by = Profiler::SortBy::flops, .row_limit = 10});`
  std::string table(const TableOptions& options) const;
  std::string table() const;
  /// Writes every event in Chrome's trace format, for chrome://tracing and https://ui.perfetto.dev. A file that is
  /// there already is replaced as a whole. Throws IoError that names the file.
  void save_chrome_trace(const std::filesystem::path& path) const;

 private:
  std::unique_ptr<profile::Recorder> m_recorder;
};

/// Its table().
std::ostream& operator<<(std::ostream& out, const Profiler& profiler);

}  // namespace xtape
