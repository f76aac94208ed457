// What a Profiler shows: its table, its Chrome trace; and that it misses no operation of the op table.

#include <doctest/doctest.h>

#include <autograd/ops/op_table.hpp>
#include <expectations.hpp>
#include <nlohmann/json.hpp>
#include <scratch_files.hpp>
#include <xtape.hpp>

#include <set>
#include <sstream>

using namespace xtape;

// --- output

TEST_CASE("the table has a line for each row, sorted, cut and summed as asked") {
  const Tensor x = randn({8, 8});
  Profiler profiler;
  matmul(x, x);
  exp(x);
  exp(x);
  sin(x);
  profiler.stop();
  std::ostringstream stream;
  stream << profiler;
  CHECK(stream.str() == profiler.table());

  const auto lines_of = [](const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  };
  const auto by_name = lines_of(profiler.table({.sort_by = Profiler::SortBy::name}));
  REQUIRE(by_name.size() == 6);
  check_says(by_name[0], {"operation", "count", "total", "self", "average", "share", "bytes", "GB/s", "flops",
                          "GFLOP/s", "allocated"});
  CHECK(by_name[1].rfind("exp ", 0) == 0);
  CHECK(by_name[2].rfind("matmul ", 0) == 0);
  check_says(by_name[2], {"1.02 k", "768 B"});
  CHECK(by_name[3].rfind("sin ", 0) == 0);
  CHECK(by_name[4].rfind("total ", 0) == 0);
  check_says(by_name[4], {" 4 ", "100.0 %"});
  check_says(by_name[5], {"recorded for", "operations took"});
  // Numbers end under the end of their heading.
  const std::size_t end_of_count = by_name[0].find("count") + 4;
  for (std::size_t i = 1; i < 5; ++i) CHECK(std::isdigit(by_name[i][end_of_count]));

  const auto by_count = lines_of(profiler.table({.sort_by = Profiler::SortBy::count, .row_limit = 1}));
  REQUIRE(by_count.size() == 5);
  CHECK(by_count[1].rfind("exp ", 0) == 0);
  CHECK(by_count[2] == "... and 2 more");
  CHECK(lines_of(profiler.table({.sort_by = Profiler::SortBy::flops}))[1].rfind("matmul ", 0) == 0);
  const auto by_self = profiler.summary();
  for (std::size_t i = 1; i < by_self.size(); ++i) CHECK(by_self[i - 1].self >= by_self[i].self);
}

TEST_CASE("the table of a profiler that saw nothing says so") {
  Profiler profiler;
  profiler.stop();
  check_says(profiler.table(), {"operation", "total", "0.0 %"});
}

// --- trace

namespace {

nlohmann::json read_json(const std::filesystem::path& path) {
  std::ifstream in(path);
  return nlohmann::json::parse(in);
}

}  // namespace

TEST_CASE("the trace is JSON of complete events, those that were called within their callers") {
  const ScratchFolder folder;
  nn::Sequential net(nn::Linear(4, 3), nn::ReLU());
  const Tensor x = randn({2, 4});
  Profiler profiler(Profiler::Options{.record_shapes = true});
  sum(net(x)).backward();
  profiler.stop();
  profiler.save_chrome_trace(folder / "trace.json");
  const nlohmann::json trace = read_json(folder / "trace.json");
  REQUIRE(trace["traceEvents"].is_array());
  const std::vector<Profiler::Event> events = profiler.events();
  std::vector<nlohmann::json> complete;
  for (const nlohmann::json& event : trace["traceEvents"]) {
    if (event["ph"] == "X") complete.push_back(event);
  }
  REQUIRE(complete.size() == events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    const nlohmann::json& event = complete[i];
    CHECK(event["name"] == events[i].name);
    CHECK(event["ts"].get<double>() == doctest::Approx(events[i].start * 1e6));
    CHECK(event["dur"].get<double>() == doctest::Approx(events[i].duration * 1e6));
    CHECK(event["pid"].is_number_integer());
    CHECK(event["tid"].is_number_integer());
    CHECK(event["args"]["bytes"] == events[i].bytes);
    CHECK(event["args"]["flops"] == events[i].flops);
    if (events[i].parent < 0) continue;
    const nlohmann::json& caller = complete[static_cast<std::size_t>(events[i].parent)];
    const auto end = [](const nlohmann::json& e) { return e["ts"].get<double>() + e["dur"].get<double>(); };
    CHECK(event["ts"].get<double>() >= caller["ts"].get<double>());
    CHECK(end(event) <= end(caller) + 1e-3);
  }
  std::set<std::string> categories;
  for (const nlohmann::json& event : complete) categories.insert(event["cat"].get<std::string>());
  CHECK(categories == std::set<std::string>{"scope", "forward", "backward"});
  bool found = false;
  for (const nlohmann::json& event : complete) {
    if (event["name"] != "linear") continue;
    found = true;
    CHECK(event["args"]["scope"] == "0");
    CHECK(event["args"]["shapes"] == nlohmann::json{"(2, 4)", "(3, 4)", "(3,)"});
  }
  CHECK(found);
}

TEST_CASE("names of any bytes make a trace that can be read") {
  const ScratchFolder folder;
  Profiler profiler;
  custom_op({.name = "quote \" and \xff", .forward = [](const Tensors& in) { return in[0]; }, .backward = {}},
            {Tensor(1.0)});
  profiler.save_chrome_trace(folder / "trace.json");
  CHECK(read_json(folder / "trace.json")["traceEvents"].size() == 2);
}

TEST_CASE("a trace replaces a file as a whole, and where it cannot, the error names the file") {
  const ScratchFolder folder;
  Profiler profiler;
  exp(Tensor(1.0));
  profiler.save_chrome_trace(folder / "trace.json");
  sin(Tensor(1.0));
  profiler.save_chrome_trace(folder / "trace.json");
  CHECK(read_json(folder / "trace.json")["traceEvents"].size() == 3);
  CHECK(folder.entries() == 1);
  const std::filesystem::path missing = folder / "missing" / "trace.json";
  check_says(message_of<IoError>([&] { profiler.save_chrome_trace(missing); }), {"cannot write", missing.c_str()});
}

// --- the op table

TEST_CASE("every operation of the op table shows itself under the name of its node") {
  random::Numpy numpy(3);
  std::size_t nodes = 0;
  for (const OpEntry& entry : op_table()) {
    for (const OpCase& op_case : entry.cases) {
      Tensors inputs;
      for (const OpInput& input : op_case.inputs) {
        Tensor values = Tensor::uninitialized(input.shape, float64);
        for (std::size_t i = 0; i < values.size(); ++i)
          static_cast<double*>(values.mutable_data())[i] = numpy.uniform(input.domain.low, input.domain.high);
        inputs.push_back(is_floating(input.dtype) ? values.requires_grad_() : astype(values, input.dtype));
      }
      Profiler profiler;
      const Tensor y = op_case.function(inputs);
      profiler.stop();
      std::set<std::string> names;
      for (const Profiler::Event& event : profiler.events()) names.insert(event.name);
      INFO(op_case.expression);
      if (!y.requires_grad()) continue;
      std::set<const Node*> seen;
      std::vector<const Node*> waiting{y.impl()->node};
      while (!waiting.empty()) {
        const Node* node = waiting.back();
        waiting.pop_back();
        if (node->is_leaf() || !seen.insert(node).second) continue;
        ++nodes;
        CHECK_MESSAGE(names.count(node->name()) == 1, std::string(node->name()));
        for (const NodePtr& input : node->inputs()) {
          if (input) waiting.push_back(input.get());
        }
      }
    }
  }
  CHECK(nodes > 1000);
}
