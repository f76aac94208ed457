// The page: what describe() found, as JSON, put together with the page's own files into one.

#include <autograd/graph/description.hpp>
#include <autograd/graph/formats.hpp>
#include <autograd/ops/op_table.hpp>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <span>

// Made from the files in autograd/graph/page by cmake/embed.cmake.
namespace xtape::embedded {
extern const std::span<const unsigned char> graph_page_html, graph_page_css, graph_data_js, graph_layout_js,
    graph_picture_js, graph_view_js, graph_panel_js, graph_steps_js, graph_page_js;
}  // namespace xtape::embedded

namespace xtape::graph {

namespace {

constexpr std::size_t most_nodes = 5000;

std::string text_of(std::span<const unsigned char> bytes) { return {bytes.begin(), bytes.end()}; }

// In the order in which they are given; so a reference to one member does not outlive the next.
using Json = nlohmann::ordered_json;

// JSON has no infinities and no nan.
Json number(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

Json json_of(const std::optional<Summary>& summary) {
  if (!summary) return nullptr;
  Json json{{"size", summary->size},
            {"min", number(summary->minimum)},
            {"max", number(summary->maximum)},
            {"mean", number(summary->mean)},
            {"std", number(summary->deviation)}};
  if (summary->not_finite > 0) json["notFinite"] = summary->not_finite;
  if (!summary->elements.empty()) {
    Json elements = Json::array();
    for (double element : summary->elements) elements.push_back(number(element));
    json["elements"] = std::move(elements);
  }
  return json;
}

// What the op table says of the operations that the graph has.
class Formulas {
 public:
  Formulas() {
    for (OpEntry& entry : op_table()) m_entries.emplace(entry.name, std::move(entry));
  }

  Json of(const std::string& op) const {
    const auto found = m_entries.find(op);
    if (found == m_entries.end()) return Json::object();
    const OpEntry& entry = found->second;
    Json json{{"family", entry.family}, {"about", entry.documentation}};
    if (!entry.value.empty()) {
      json["formula"] = formula_of(entry.value);
      json["arguments"] = parameters_of(entry.value);
    }
    if (entry.rules.empty()) return json;
    Json rules = Json::array();
    for (const std::string& rule : entry.rules)
      rules.push_back(rule == "pass" ? "g" : rule == "zero" ? "0" : formula_of(rule));
    json["rules"] = std::move(rules);
    return json;
  }

 private:
  std::map<std::string, OpEntry> m_entries;
};

Json json_of(const Kept& kept) {
  return {{"of", kept.of},
          {"name", kept.name},
          {"shape", Json(kept.shape)},
          {"dtype", to_string(kept.dtype)},
          {"bytes", kept.bytes},
          {"value", json_of(kept.value)}};
}

Json json_of(const Described& described) {
  const Node& node = *described.node;
  Json inputs = Json::array(), kept = Json::array();
  for (const Edge& edge : described.inputs)
    inputs.push_back({{"from", edge.input}, {"local", json_of(edge.local)}, {"share", json_of(edge.share)}});
  for (const Kept& each : described.kept) kept.push_back(json_of(each));
  Json json{{"number", node.number()},
            {"op", node.is_leaf() ? "" : node.name()},
            {"name", described.name},
            {"shape", Json(node.shape())},
            {"dtype", to_string(node.dtype())},
            {"module", described.module},
            {"inputs", std::move(inputs)},
            {"value", described.value ? json_of(described.value) : Json(described.value_unknown)},
            {"repeated", described.value_is_repeated},
            {"gradient", described.gradient ? json_of(described.gradient) : Json(described.gradient_unknown)},
            {"accumulated", json_of(described.accumulated)},
            {"kept", std::move(kept)}};
  if (!node.place().empty()) json["place"] = node.place();
  return json;
}

Json json_of(const Description& description) {
  const Formulas formulas;
  Json modules = Json::array(), nodes = Json::array(), ops = Json::object();
  for (const ModuleCall& call : description.modules)
    modules.push_back({{"name", call.name}, {"type", call.type}, {"parent", call.parent}});
  for (const Described& each : description.nodes) {
    nodes.push_back(json_of(each));
    const std::string op = each.node->is_leaf() ? "" : each.node->name();
    if (!op.empty() && !ops.contains(op)) ops[op] = formulas.of(op);
  }
  return {{"leftOut", description.left_out},
          {"keptBytes", description.kept_bytes},
          {"modules", std::move(modules)},
          {"nodes", std::move(nodes)},
          {"ops", std::move(ops)}};
}

// No text in the data ends the element that it stands in.
std::string escaped(std::string json) {
  for (std::size_t at = json.find('<'); at != std::string::npos; at = json.find('<', at))
    json.replace(at, 1, "\\u003c");
  return json;
}

// `text` with what stands for `mark` in its place.
void put(std::string& text, const std::string& mark, const std::string& content) {
  text.replace(text.find(mark), mark.size(), content);
}

}  // namespace

std::string to_page(const Tensor& root) {
  const Description description =
      describe(root, {.values = true, .gradients = true, .kept = true, .modules = true, .most_nodes = most_nodes});
  std::string script;
  for (const auto& part :
       {embedded::graph_data_js, embedded::graph_layout_js, embedded::graph_picture_js, embedded::graph_view_js,
        embedded::graph_panel_js, embedded::graph_steps_js, embedded::graph_page_js})
    script += text_of(part);
  // A name that is not UTF-8 is shown with the sign for what cannot be read.
  const std::string data = json_of(description).dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string page = text_of(embedded::graph_page_html);
  put(page, "{{style}}", text_of(embedded::graph_page_css));
  put(page, "{{script}}", script);
  put(page, "{{data}}", escaped(data));  // last: a name in it may look like a mark
  return page;
}

}  // namespace xtape::graph
