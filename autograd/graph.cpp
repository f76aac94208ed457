#include <autograd/file.hpp>
#include <autograd/graph.hpp>
#include <autograd/ops/reduce.hpp>
#include <autograd/tape.hpp>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <unordered_set>

extern char** environ;

namespace xtape::graph {

namespace {

// Every node behind the root, oldest first.
std::vector<const Node*> reachable(const Node& root) {
  std::vector<const Node*> found{&root};
  std::unordered_set<const Node*> seen{&root};
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (const NodePtr& input : found[i]->inputs()) {
      if (input && seen.insert(input.get()).second) found.push_back(input.get());
    }
  }
  std::sort(found.begin(), found.end(), [](const Node* a, const Node* b) { return a->number() < b->number(); });
  return found;
}

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

std::string summary(const char* what, const Tensor& tensor) {
  char text[64];
  const NoGrad guard;
  const bool one = tensor.size() == 1;
  std::snprintf(text, sizeof text, "\n%s %s%.6g", what, one ? "" : "mean ", one ? tensor.item() : mean(tensor).item());
  return text;
}

std::string label_of(const Node& node, const Options& options) {
  const TensorImpl* output = node.output();
  const TensorImpl::Extras* extras = output ? output->extras.get() : nullptr;
  const bool named = extras && !extras->name.empty();
  std::string label = node.is_leaf() ? "" : node.name();
  if (named) label += (label.empty() ? "" : "\n") + extras->name;
  label += (label.empty() ? "" : "\n") + to_string(node.shape()) + " " + to_string(node.dtype());
  if (options.values && output) label += summary("value", Tensor(Tensor::Impl::share(node.output())).detach());
  if (options.gradients && extras && extras->gradient.defined())
    label += summary("gradient", extras->gradient.detach());
  return label;
}

void write_dot(std::ostream& out, const Tensor& root, const Options& options) {
  if (!root.requires_grad()) {
    throw GradError("graph: the tensor of shape " + to_string(root.shape()) +
                    " has no graph: nothing that it was computed from requires a gradient");
  }
  const Node& last = *root.impl()->node;
  out << "digraph xtape {\n  rankdir=TB;\n  bgcolor=white;\n"
         "  node [fontname=\"Helvetica\", fontsize=11, style=filled, color=\"#555555\"];\n"
         "  edge [color=\"#777777\", arrowsize=0.7];\n";
  const std::vector<const Node*> nodes = reachable(last);
  for (const Node* node : nodes) {
    const char* fill = node == &last ? "#ffd9a0" : node->is_leaf() ? "#cfe3f7" : "#eeeeee";
    out << "  n" << node->number() << " [label=" << quoted(label_of(*node, options))
        << ", shape=" << (node->is_leaf() ? "ellipse" : "box") << ", fillcolor=\"" << fill << "\"];\n";
  }
  for (const Node* node : nodes) {
    for (const NodePtr& input : node->inputs()) {
      if (input) out << "  n" << input->number() << " -> n" << node->number() << ";\n";
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

void save(const Tensor& root, const std::filesystem::path& path, Options options) {
  const std::string text = to_dot(root, options);
  const auto write_text = [&](std::ostream& out) { out << text; };
  if (path.extension() == ".dot") return replace_file(path, write_text);
  if (path.extension() != ".svg") {
    throw IoError("graph: '" + path.string() + "' must end in .dot or .svg");
  }
  const Scratch scratch(path);
  replace_file(scratch.dot, write_text);
  run_graphviz(scratch.dot, scratch.svg);
  std::ifstream picture(scratch.svg, std::ios::binary);
  if (!picture) throw IoError("graph: Graphviz wrote no picture for '" + path.string() + "'");
  replace_file(path, [&](std::ostream& out) { out << picture.rdbuf(); });
}

}  // namespace xtape::graph
