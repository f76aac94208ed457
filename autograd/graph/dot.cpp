#include <autograd/file.hpp>
#include <autograd/graph.hpp>
#include <autograd/graph/description.hpp>
#include <autograd/graph/formats.hpp>
#include <autograd/program.hpp>

#include <cstdio>
#include <sstream>

namespace xtape::graph {

namespace {

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (char c : text) {
    if (c == '\n') {
      result += "\\n";
    } else {
      if (c == '"' || c == '\\') result += '\\';
      result += c;
    }
  }
  return result + '"';
}

std::string line(const char* what, const Summary& summary) {
  char text[64];
  std::snprintf(text, sizeof text, "\n%s %s%.6g", what, summary.size == 1 ? "" : "mean ",
                summary.elements.size() == 1 ? summary.elements[0] : summary.mean);
  return text;
}

std::string label_of(const Described& described, const Options& options) {
  const Node& node = *described.node;
  std::string label = node.is_leaf() ? "" : node.name();
  if (!described.name.empty()) label += (label.empty() ? "" : "\n") + described.name;
  label += (label.empty() ? "" : "\n") + to_string(node.shape()) + " " + to_string(node.dtype());
  if (options.values && described.value) label += line("value", *described.value);
  if (options.gradients && described.gradient) label += line("gradient", *described.gradient);
  if (options.gradients && described.accumulated && !described.gradient)
    label += line("grad()", *described.accumulated);
  return label;
}

void write_dot(std::ostream& out, const Tensor& root, const Options& options) {
  const Description description = describe(root, {.values = options.values, .gradients = options.gradients});
  out << "digraph xtape {\n  rankdir=TB;\n  bgcolor=white;\n"
         "  node [fontname=\"Helvetica\", fontsize=11, style=filled, color=\"#555555\"];\n"
         "  edge [color=\"#777777\", arrowsize=0.7];\n";
  for (const Described& each : description.nodes) {
    const bool is_root = &each == &description.nodes.back(), is_leaf = each.node->is_leaf();
    out << "  n" << each.node->number() << " [label=" << quoted(label_of(each, options))
        << ", shape=" << (is_leaf ? "ellipse" : "box") << ", fillcolor=\""
        << (is_root   ? "#ffd9a0"
            : is_leaf ? "#cfe3f7"
                      : "#eeeeee")
        << "\"];\n";
  }
  for (const Described& each : description.nodes) {
    for (const NodePtr& input : each.node->inputs()) {
      if (input) out << "  n" << input->number() << " -> n" << each.node->number() << ";\n";
    }
  }
  out << "}\n";
}

}  // namespace

std::string to_dot(const Tensor& root, Options options) {
  std::ostringstream out;
  write_dot(out, root, options);
  return out.str();
}

void save_svg(const std::string& dot, const std::filesystem::path& path) {
  const ScratchFile text(path, ".dot"), picture(path, ".svg");
  replace_file(text.path(), [&](std::ostream& out) { out << dot; });
  run_program("graph", {"dot", "-Tsvg", text.path(), "-o", picture.path()},
              "an SVG is laid out by Graphviz: install the package graphviz, or save the graph as a .dot file");
  replace_file(path, [svg = text_of(picture.path())](std::ostream& out) { out << svg; });
}

}  // namespace xtape::graph
