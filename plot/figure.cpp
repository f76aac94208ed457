#include <autograd/file.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/program.hpp>
#include <autograd/tape.hpp>
#include <plot/figure.hpp>
#include <plot/gnuplot.hpp>

namespace xtape::plot {

Values::Values(const Tensor& tensor) {
  const Tensor numbers = astype(tensor.detach(), float64).contiguous();
  m_numbers.assign(numbers.data<double>(), numbers.data<double>() + numbers.size());
}

Figure::Figure(Options options) : m_options(std::move(options)) {
  if (m_options.rows == 0 || m_options.columns == 0) {
    throw std::invalid_argument("plot: a figure has at least one row and one column of panels");
  }
  const bool many = m_options.columns > 2;
  if (m_options.width == 0) m_options.width = static_cast<int>(m_options.columns) * (many ? 300 : 480) + 80;
  if (m_options.height == 0) m_options.height = static_cast<int>(m_options.rows) * (many ? 240 : 360) + 40;
  for (std::size_t i = 0; i < m_options.rows * m_options.columns; ++i) m_panels.push_back(Axes(i));
}

Axes& Figure::axes(std::size_t row, std::size_t column) {
  if (row >= m_options.rows || column >= m_options.columns) {
    throw IndexError("plot: the figure has " + std::to_string(m_options.rows) + " x " +
                     std::to_string(m_options.columns) + " panels, and none at (" + std::to_string(row) + ", " +
                     std::to_string(column) + ")");
  }
  return m_panels[row * m_options.columns + column];
}

Axes& Figure::operator[](std::size_t index) { return axes(index / m_options.columns, index % m_options.columns); }

void Figure::write(std::ostream& out, const std::string& terminal, const std::string& target) const {
  const std::string font = "'Helvetica," + std::to_string(m_options.font) + "'";
  out << "set encoding utf8\nset terminal " << terminal << " size " << m_options.width << "," << m_options.height
      << " noenhanced font " << font << " background '#ffffff' rounded\nset output " << gnuplot_text(target) << "\n"
      << "set multiplot layout " << m_options.rows << "," << m_options.columns;
  if (!m_options.title.empty()) out << " title " << gnuplot_text(m_options.title);
  out << "\n";
  for (const Axes& panel : m_panels) panel.write(out);
  out << "unset multiplot\n";
}

namespace {

// Pixels of a picture stay squares where a browser enlarges them.
std::string with_sharp_pixels(std::string svg) {
  const std::string from = "<image ", to = "<image style='image-rendering:pixelated' ";
  for (std::size_t at = 0; (at = svg.find(from, at)) != svg.npos; at += to.size()) svg.replace(at, from.size(), to);
  return svg;
}

}  // namespace

void Figure::draw(const std::filesystem::path& path, const std::string& terminal) const {
  const ScratchFile commands(path, ".gp"), picture(path, path.extension());
  replace_file(commands.path(), [&](std::ostream& out) { write(out, terminal, picture.path()); });
  const std::string said = run_program("plot", {"gnuplot", commands.path()},
                                       "install the package gnuplot-nox, or save the figure as a .gp file");
  std::string drawn = text_of(picture.path());
  if (drawn.empty()) throw IoError("plot: gnuplot drew nothing for '" + path.string() + "': " + said);
  if (terminal == "svg") drawn = with_sharp_pixels(std::move(drawn));
  replace_file(path, [&](std::ostream& out) { out << drawn; });
}

void Figure::save(const std::filesystem::path& path) const {
  const std::string extension = path.extension();
  if (extension != ".svg" && extension != ".png" && extension != ".gp") {
    throw IoError("plot: '" + path.string() + "' must end in .svg, .png or .gp");
  }
  std::error_code error;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
  if (error) throw IoError("plot: the folder of '" + path.string() + "' cannot be made: " + error.message());
  const std::string terminal = extension == ".png" ? "pngcairo" : "svg";
  if (extension == ".gp") {
    const std::string picture = std::filesystem::path(path).replace_extension(".svg").filename();
    return replace_file(path, [&](std::ostream& out) { write(out, terminal, picture); });
  }
  try {
    draw(path, terminal);
  } catch (...) {
    throw;  // caught once, so that the files on the way are removed even where nobody catches it
  }
}

}  // namespace xtape::plot
