#include <autograd/file.hpp>
#include <autograd/graph.hpp>
#include <autograd/graph/description.hpp>
#include <autograd/graph/formats.hpp>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <sstream>

extern char** environ;

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

// Runs Graphviz on a DOT file; the picture goes to a temporary file that the caller removes.
void run_graphviz(const std::string& dot_file, const std::string& picture) {
  std::string program = "dot", format = "-Tsvg", output = "-o", input = dot_file, target = picture;
  char* const arguments[] = {program.data(), format.data(), input.data(), output.data(), target.data(), nullptr};
  pid_t child = 0;
  const int failed = ::posix_spawnp(&child, "dot", nullptr, nullptr, arguments, environ);
  int status = 0;
  if (failed || ::waitpid(child, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) == 127) {
    throw IoError(
        "graph: an SVG is laid out by Graphviz, whose program 'dot' was not found; "
        "install the package graphviz, or save the graph as a .dot file");
  }
  if (WEXITSTATUS(status) != 0) {
    throw IoError("graph: Graphviz' 'dot' ended with status " + std::to_string(WEXITSTATUS(status)));
  }
}

// Two files that are gone at the end of the scope.
struct Scratch {
  std::string dot, svg;
  explicit Scratch(const std::filesystem::path& beside)
      : dot(beside.string() + ".dot.tmp" + std::to_string(::getpid())), svg(dot + ".svg") {}
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove(dot, ignored);
    std::filesystem::remove(svg, ignored);
  }
};

}  // namespace

std::string to_dot(const Tensor& root, Options options) {
  std::ostringstream out;
  write_dot(out, root, options);
  return out.str();
}

void save_svg(const std::string& dot, const std::filesystem::path& path) {
  const Scratch scratch(path);
  replace_file(scratch.dot, [&](std::ostream& out) { out << dot; });
  run_graphviz(scratch.dot, scratch.svg);
  std::ifstream picture(scratch.svg, std::ios::binary);
  if (!picture) throw IoError("graph: Graphviz wrote no picture for '" + path.string() + "'");
  replace_file(path, [&](std::ostream& out) { out << picture.rdbuf(); });
}

}  // namespace xtape::graph
