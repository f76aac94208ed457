#include <autograd/file.hpp>
#include <autograd/graph.hpp>
#include <autograd/graph/formats.hpp>

#include <ostream>

namespace xtape::graph {

void save(const Tensor& root, const std::filesystem::path& path, Options options) {
  const auto write = [&](const std::string& text) { replace_file(path, [&](std::ostream& out) { out << text; }); };
  const std::filesystem::path extension = path.extension();
  if (extension == ".dot") return write(to_dot(root, options));
  if (extension == ".svg") return save_svg(to_dot(root, options), path);
  if (extension == ".html") return write(to_page(root));
  throw IoError("graph: '" + path.string() + "' must end in .html, .svg or .dot");
}

}  // namespace xtape::graph
