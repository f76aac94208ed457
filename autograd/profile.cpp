#include <autograd/anomaly.hpp>
#include <autograd/memory/buffer_cache.hpp>
#include <autograd/profile_recorder.hpp>
#include <autograd/tape.hpp>

#include <algorithm>
#include <chrono>
#include <cstring>

namespace xtape::profile {

constinit thread_local bool t_active = false;

namespace {

// The profilers of this thread that run, and its operations that run since one does.
struct Thread {
  Recorder* innermost = nullptr;
  std::vector<Frame> frames;
  std::vector<const Storage*> inputs;  // of all frames: a result in one of them is a view
};

thread_local Thread t_thread;

void close_frame() noexcept {
  const std::int64_t end = now();
  Thread& thread = t_thread;
  const Frame frame = thread.frames.back();
  thread.frames.pop_back();
  thread.inputs.resize(frame.first_input);
  for (Recorder* each = thread.innermost; each; each = each->outer()) each->end(thread.frames.size(), frame, end);
}

void open_frame(const Beginning& beginning, Frame frame) {
  Thread& thread = t_thread;
  frame.first_input = thread.inputs.size();
  const auto read = [&](const Tensor& input) {
    if (!input.defined()) return;
    frame.input_bytes += bytes_of(input);
    thread.inputs.push_back(input.impl()->storage);
  };
  for (const Tensor* input : beginning.inputs) read(*input);
  if (beginning.list) std::for_each(beginning.list->begin(), beginning.list->end(), read);
  const std::size_t depth = thread.frames.size();
  thread.frames.push_back(frame);
  try {
    for (Recorder* each = thread.innermost; each; each = each->outer()) each->begin(beginning, depth);
  } catch (...) {  // no memory for the event
    close_frame();
    throw;
  }
}

}  // namespace

std::int64_t now() noexcept {
  return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::size_t bytes_of(const Shape& shape, const Strides* strides, DType dtype) {
  std::size_t bytes = item_bytes(dtype);
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] == 0 || !strides || (*strides)[axis] != 0) bytes *= shape[axis];
  }
  return bytes;
}

// --- operations

void Op::open(const char* name, std::span<const Tensor* const> inputs) {
  open_frame({.name = name, .inputs = inputs}, {.name = name, .first_input = 0});
  m_open = true;
}

void Op::open(const char* name, const Tensors& inputs) {
  open_frame({.name = name, .list = &inputs}, {.name = name, .first_input = 0});
  m_open = true;
}

void Op::open(Phase phase, const char* name, const char* suffix) {
  open_frame({.name = name, .suffix = suffix, .phase = &phase}, {.name = nullptr, .first_input = 0});
  m_open = true;
}

void Op::close() noexcept { close_frame(); }

void Op::note_result(const Tensor& result) {
  Thread& thread = t_thread;
  Frame& frame = thread.frames.back();
  frame.has_output = true;
  frame.output_bytes += bytes_of(result);
  const auto inputs = thread.inputs.begin() + static_cast<std::ptrdiff_t>(frame.first_input);
  frame.is_view &= std::find(inputs, thread.inputs.end(), result.impl()->storage) != thread.inputs.end();
  if (!result.impl()->node) return;
  const std::size_t depth = thread.frames.size() - 1;
  for (Recorder* each = thread.innermost; each; each = each->outer()) each->note_node(*result.impl()->node, depth);
}

void output(const char* name, const Tensor& result) {
  if (t_thread.frames.empty()) return;
  const Frame& frame = t_thread.frames.back();
  if (frame.name && std::strcmp(frame.name, name) == 0) Op::note_result(result);
}

void add(std::size_t bytes, std::size_t flops) {
  if (t_thread.frames.empty()) return;
  t_thread.frames.back().counted_bytes += bytes;
  t_thread.frames.back().flops += flops;
}

void Region::open(const char* name) {
  open_frame({.name = name, .is_region = true}, {.name = nullptr, .first_input = 0});
}

void Region::close() noexcept { close_frame(); }

// --- backward rules

namespace {

// Takes note of the gradients that a rule gives before the engine has them.
class NotingSink final : public GradientSink {
 public:
  NotingSink(GradientSink& engine, const Tensor& upstream)
      : GradientSink(engine),
        m_engine(engine),
        m_upstream(upstream.impl()->storage),
        m_upstream_bytes(bytes_of(upstream)),
        m_depth(t_thread.frames.size() - 1) {}

  void deliver(const Node& from, Node& input, Tensor gradient) override {
    // What lies in the memory of the upstream was passed on.
    if (gradient.defined() && gradient.impl()->storage != m_upstream) {
      t_thread.frames[m_depth].delivered_bytes += bytes_of(gradient) + std::exchange(m_upstream_bytes, 0);
    }
    m_engine.deliver(from, input, std::move(gradient));
  }
  const Tensor* sum_to_add_to(const Node& input) const override { return m_engine.sum_to_add_to(input); }

 private:
  GradientSink& m_engine;
  const Storage* m_upstream;
  std::size_t m_upstream_bytes;
  std::size_t m_depth;
};

}  // namespace

void propagate(Node& node, Tensor upstream, GradientSink& sink) {
  constexpr Phase phase = Phase::backward;
  open_frame({.name = node.name(), .suffix = " backward", .shape = &node.shape(), .node = &node, .phase = &phase},
             {.name = nullptr, .first_input = 0});
  struct Close {
    ~Close() { close_frame(); }
  } close;
  NotingSink noting(sink, upstream);
  node.propagate(std::move(upstream), noting);
}

std::size_t Frame::bytes() const {
  if (counted_bytes > 0) return counted_bytes;
  if (delivered_bytes > 0) return delivered_bytes;
  return has_output && (!is_view || flops > 0) ? input_bytes + output_bytes : 0;
}

// --- recording

std::uint32_t Names::number(std::string_view head, std::string_view tail) {
  m_joined.assign(head).append(tail);
  if (const auto known = m_numbers.find(std::string_view(m_joined)); known != m_numbers.end()) return known->second;
  const auto added = m_numbers.emplace(m_joined, static_cast<std::uint32_t>(m_texts.size())).first;
  m_texts.push_back(&added->first);
  return added->second;
}

Recorder::Recorder(Profiler::Options options) : m_options(options), m_first_moment(now()) {
  m_base_scope = m_names.number(anomaly::scope());
  run();
}

void Recorder::run() {
  if (m_running) return;
  m_running = true;
  m_resumed_at = now();
  m_outer = std::exchange(t_thread.innermost, this);
  t_active = true;
}

void Recorder::stop() {
  if (!m_running) return;
  const std::int64_t end = now();
  while (!m_open.empty()) finish(m_open.back(), {.name = nullptr, .first_input = 0}, end);
  m_running = false;
  m_recorded += end - m_resumed_at;
  Recorder** place = &t_thread.innermost;
  while (*place && *place != this) place = &(*place)->m_outer;
  if (*place) *place = m_outer;
  t_active = t_thread.innermost != nullptr;
}

void Recorder::begin(const Beginning& beginning, std::size_t depth) {
  Entry entry;
  const Entry* parent = m_open.empty() ? nullptr : &m_entries[m_open.back().entry];
  if (parent) entry.parent = static_cast<std::int32_t>(m_open.back().entry);
  entry.phase = beginning.phase ? *beginning.phase : parent ? parent->phase : Phase::forward;
  entry.is_region = beginning.is_region;
  entry.name = m_names.number(beginning.name, beginning.suffix);
  entry.scope = parent ? parent->scope : m_base_scope;
  if (beginning.is_region) {
    const std::string& around = m_names.text(entry.scope);
    entry.scope = around.empty() ? entry.name : m_names.number(around + '.', beginning.name);
  }
  if (beginning.node) {
    const auto noted = m_scopes_of_nodes.find(beginning.node->number());
    if (noted != m_scopes_of_nodes.end()) entry.scope = noted->second;
  }
  if (m_options.record_shapes) {
    entry.first_shape = static_cast<std::uint32_t>(m_shapes.size());
    const auto note = [this](const Tensor& x) {
      if (x.defined()) m_shapes.push_back(x.shape());
    };
    for (const Tensor* input : beginning.inputs) note(*input);
    if (beginning.list) std::for_each(beginning.list->begin(), beginning.list->end(), note);
    if (beginning.shape) m_shapes.push_back(*beginning.shape);
    entry.shape_count = static_cast<std::uint32_t>(m_shapes.size()) - entry.first_shape;
  }
  entry.allocated = memory::bytes_taken();
  m_open.reserve(m_open.size() + 1);
  m_entries.push_back(entry);
  m_open.push_back({depth, m_entries.size() - 1});
  m_entries.back().start = now();  // behind what recording it takes
}

void Recorder::end(std::size_t depth, const Frame& frame, std::int64_t end) noexcept {
  // The operation may have begun before this profiler did.
  if (!m_open.empty() && m_open.back().depth == depth) finish(m_open.back(), frame, end);
}

void Recorder::finish(Open open, const Frame& frame, std::int64_t end) noexcept {
  m_open.pop_back();
  Entry& entry = m_entries[open.entry];
  entry.end = end;
  entry.bytes = std::max(frame.bytes(), entry.called_bytes);
  entry.flops = std::max(frame.flops, entry.called_flops);
  entry.allocated = memory::bytes_taken() - entry.allocated;
  if (m_open.empty()) return;
  Entry& parent = m_entries[m_open.back().entry];
  parent.called_bytes += entry.bytes;
  parent.called_flops += entry.flops;
  parent.children += entry.is_region ? entry.children : entry.end - entry.start;
}

void Recorder::note_node(const Node& node, std::size_t depth) {
  if (m_open.empty() || m_open.back().depth != depth) return;
  const std::uint32_t scope = m_entries[m_open.back().entry].scope;
  if (scope != 0) m_scopes_of_nodes[node.number()] = scope;
}

std::vector<Entry> Recorder::entries() const {
  std::vector<Entry> entries = m_entries;
  const std::int64_t end = now();
  for (std::size_t i = m_open.size(); i-- > 0;) {
    Entry& entry = entries[m_open[i].entry];
    entry.end = end;
    entry.bytes = entry.called_bytes;
    entry.flops = entry.called_flops;
    entry.allocated = memory::bytes_taken() - entry.allocated;
    if (entry.parent < 0) continue;
    Entry& parent = entries[static_cast<std::size_t>(entry.parent)];
    parent.called_bytes += entry.bytes;
    parent.called_flops += entry.flops;
    parent.children += entry.is_region ? entry.children : entry.end - entry.start;
  }
  return entries;
}

std::int64_t Recorder::nanoseconds() const { return m_recorded + (m_running ? now() - m_resumed_at : 0); }

}  // namespace xtape::profile
