#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <autograd/profiler.hpp>

namespace xtape::profile {

/// Texts as numbers, from 0 on. Number 0 is "".
class Names {
 public:
  Names() { number("", ""); }
  /// Of `head` + `tail`.
  std::uint32_t number(std::string_view head, std::string_view tail = {});
  const std::string& text(std::uint32_t number) const { return *m_texts[number]; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>()(text); }
  };
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> m_numbers;
  std::vector<const std::string*> m_texts;
  std::string m_joined;
};

/// An event as it is recorded. Times are in nanoseconds of the steady clock.
struct Entry {
  std::int64_t start = 0, end = 0;
  std::int64_t children = 0;         // time of the operations that it called
  std::size_t bytes = 0, flops = 0;  // the larger of its own and those it called, once it has ended
  std::size_t called_bytes = 0, called_flops = 0;
  std::size_t allocated = 0;  // until it ends: what the thread had taken when it began
  std::int32_t parent = -1;
  std::uint32_t name = 0, scope = 0;
  std::uint32_t first_shape = 0, shape_count = 0;
  Phase phase = Phase::forward;
  bool is_region = false;
};

/// What one thread's innermost running operation has said of itself.
struct Frame {
  const char* name;  // null: record() gives results to operations only
  std::size_t first_input;
  std::size_t input_bytes = 0, output_bytes = 0;
  std::size_t delivered_bytes = 0;  // of a backward rule: upstream and gradients, where it gave anything of its own
  std::size_t counted_bytes = 0, flops = 0;
  bool has_output = false, is_view = true;

  std::size_t bytes() const;
};

/// How an event begins.
struct Beginning {
  std::string_view name, suffix = {};
  std::span<const Tensor* const> inputs = {};
  const Tensors* list = nullptr;
  const Shape* shape = nullptr;
  const Node* node = nullptr;  // the node whose rule it is
  const Phase* phase = nullptr;
  bool is_region = false;
};

/// What one Profiler records. While it runs it is in its thread's chain of recorders.
class Recorder {
 public:
  explicit Recorder(Profiler::Options options);
  ~Recorder() { stop(); }
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  void run();
  void stop();
  bool running() const noexcept { return m_running; }
  Recorder* outer() const noexcept { return m_outer; }

  /// `depth` is the number of the thread's frames around the event.
  void begin(const Beginning& beginning, std::size_t depth);
  void end(std::size_t depth, const Frame& frame, std::int64_t now) noexcept;
  /// Notes under which scope the node of a result was recorded, for its rule.
  void note_node(const Node& node, std::size_t depth);

  /// The entries, those that still run ended now.
  std::vector<Entry> entries() const;
  const Names& names() const noexcept { return m_names; }
  std::span<const Shape> shapes_of(const Entry& entry) const {
    return std::span(m_shapes).subspan(entry.first_shape, entry.shape_count);
  }
  std::int64_t first_moment() const noexcept { return m_first_moment; }
  std::int64_t nanoseconds() const;
  bool records_shapes() const noexcept { return m_options.record_shapes; }

  bool stopped_for_good = false;

 private:
  struct Open {
    std::size_t depth;
    std::size_t entry;
  };
  void finish(Open open, const Frame& frame, std::int64_t now) noexcept;

  Profiler::Options m_options;
  Recorder* m_outer = nullptr;
  bool m_running = false;
  std::int64_t m_first_moment, m_resumed_at = 0, m_recorded = 0;
  std::uint32_t m_base_scope = 0;
  Names m_names;
  std::vector<Entry> m_entries;
  std::vector<Open> m_open;
  std::vector<Shape> m_shapes;
  std::unordered_map<std::uint64_t, std::uint32_t> m_scopes_of_nodes;
};

std::int64_t now() noexcept;

}  // namespace xtape::profile
