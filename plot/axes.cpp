#include <autograd/ops/elementwise.hpp>
#include <plot/figure.hpp>
#include <plot/gnuplot.hpp>

#include <algorithm>
#include <cmath>
#include <ostream>

namespace xtape::plot {

namespace {

// "lw 2 dt 1 lc rgb '#0072b2'"
std::string line_words(const Style& style, const std::string& color) {
  return "lw " + gnuplot_number(style.width) + " " + dash_words(style.line) + " lc rgb '" + color + "'";
}

std::string point_words(const Style& style) {
  const double size = style.marker == "." ? 0.5 * style.size : style.size;
  std::string words = "pt " + std::to_string(marker_number(style.marker)) + " ps " + gnuplot_number(size);
  if (style.every > 1) words += " pointinterval " + std::to_string(style.every);
  return words;
}

// Columns of numbers as lines of text.
std::string lines_of(const std::vector<const Values*>& columns, const std::string& what) {
  const std::size_t rows = columns[0]->size();
  for (const Values* column : columns) {
    if (column->size() == rows) continue;
    throw ShapeError("plot: " + what + " takes rows of the same length, but got " + std::to_string(rows) + " and " +
                     std::to_string(column->size()) + " numbers");
  }
  if (rows == 0) throw ShapeError("plot: " + what + " got no numbers");
  std::string lines;
  for (std::size_t i = 0; i < rows; ++i) {
    for (const Values* column : columns) lines += gnuplot_number((*column)[i]) + " ";
    lines += "\n";
  }
  return lines;
}

double smallest(const std::vector<double>& numbers) { return *std::min_element(numbers.begin(), numbers.end()); }
double largest(const std::vector<double>& numbers) { return *std::max_element(numbers.begin(), numbers.end()); }

}  // namespace

// --- what the panel's data blocks and commands are made of

std::string Axes::block_name(std::size_t data) const {
  return "$p" + std::to_string(m_number) + "_" + std::to_string(data);
}

std::size_t Axes::add_data(std::string lines) {
  m_data.push_back(std::move(lines));
  return m_data.size() - 1;
}

void Axes::plot(std::string lines, std::string clause, const Style& style) {
  m_plots.push_back({std::move(clause), add_data(std::move(lines)), style.label});
  if (style.color.empty()) ++m_colors_used;
}

void Axes::see(const Values& x, const Values& y) {
  for (std::size_t i = 0; i < x.size(); ++i) m_seen.push_back({x[i], y[i]});
}

std::string Axes::color_of(const Style& style) const {
  return style.color.empty() ? series_color(m_colors_used) : color_code(style.color);
}

// --- points and lines

Axes& Axes::line(const Values& x, const Values& y, Style style) {
  const std::string color = color_of(style);
  const bool has_line = !style.line.empty(), has_markers = !style.marker.empty();
  std::string clause = !has_line ? "with points " : has_markers ? "with linespoints " : "with lines ";
  if (has_markers) clause += point_words(style) + " ";
  clause += has_line ? line_words(style, color) : "lc rgb '" + color + "'";
  plot(lines_of({&x, &y}, "line"), clause, style);
  see(x, y);
  return *this;
}

Axes& Axes::line(const Values& y, Style style) {
  std::vector<double> x(y.size());
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i);
  return line(Values(std::move(x)), y, std::move(style));
}

Axes& Axes::scatter(const Values& x, const Values& y, Style style) {
  style.line.clear();
  if (style.marker.empty()) style.marker = "o";
  return line(x, y, std::move(style));
}

Axes& Axes::scatter_classes(const Tensor& points, const Values& classes, const std::vector<std::string>& names,
                            double size) {
  if (points.dimension() != 2 || points.shape(1) != 2 || points.shape(0) != classes.size()) {
    throw ShapeError("plot: scatter_classes takes points of shape (N, 2) and N classes, but got " +
                     to_string(points.shape()) + " and " + std::to_string(classes.size()));
  }
  if (classes.size() == 0 || smallest(classes.numbers()) < 0.0) {
    throw std::invalid_argument("plot: the classes of points are numbered 0, 1, 2, ...");
  }
  static const std::array<const char*, 4> markers{"o", "^", "s", "d"};
  constexpr std::size_t colors = 8;  // behind these the markers move on, or the ninth class would look like the first
  const Values numbers(points);
  const auto count = static_cast<std::size_t>(largest(classes.numbers())) + 1;
  for (std::size_t c = 0; c < count; ++c) {
    std::vector<double> x, y;
    for (std::size_t i = 0; i < classes.size(); ++i) {
      if (static_cast<std::size_t>(classes[i]) != c) continue;
      x.push_back(numbers[2 * i]);
      y.push_back(numbers[2 * i + 1]);
    }
    if (x.empty()) continue;
    const std::string name = c < names.size() ? names[c] : "";
    scatter(x, y, {.label = name, .color = series_color(c), .marker = markers[(c + c / colors) % 4], .size = size});
  }
  return *this;
}

Axes& Axes::fill(const Values& x, const Values& low, const Values& high, Style style) {
  plot(lines_of({&x, &low, &high}, "fill"),
       "with filledcurves fs transparent solid 0.25 noborder lc rgb '" + color_of(style) + "'", style);
  see(x, low);
  see(x, high);
  return *this;
}

Axes& Axes::quiver(const Values& x, const Values& y, const Values& u, const Values& v, Style style) {
  lines_of({&x, &y, &u, &v}, "quiver");
  double longest = 0.0;
  for (std::size_t i = 0; i < u.size(); ++i) longest = std::max(longest, std::hypot(u[i], v[i]));
  const double range =
      std::max(largest(x.numbers()) - smallest(x.numbers()), largest(y.numbers()) - smallest(y.numbers()));
  const double scale = longest > 0.0 ? 0.95 * range / std::sqrt(static_cast<double>(x.size())) / longest : 1.0;
  std::vector<double> scaled_u, scaled_v;
  for (std::size_t i = 0; i < u.size(); ++i) {
    scaled_u.push_back(scale * u[i]);
    scaled_v.push_back(scale * v[i]);
  }
  const Values right(std::move(scaled_u)), up(std::move(scaled_v));
  if (style.color.empty()) style.color = "#444444";
  plot(lines_of({&x, &y, &right, &up}, "quiver"),
       "with vectors head filled size graph 0.014,22 lw " + gnuplot_number(0.6 * style.width) + " lc rgb '" +
           color_of(style) + "'",
       style);
  see(x, y);
  return *this;
}

Axes& Axes::bars(const std::vector<std::string>& names, const Values& values, Style style) {
  std::vector<double> x(names.size());
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i);
  const Values places(x);
  plot(lines_of({&places, &values}, "bars"), "with boxes fs solid 0.8 noborder lc rgb '" + color_of(style) + "'",
       style);
  m_settings += "set boxwidth 0.7\n";
  x_range(-0.6, static_cast<double>(names.size()) - 0.4);
  if (smallest(values.numbers()) >= 0.0) m_settings += "set yrange [0:*]\n";
  see(places, values);
  return x_ticks(places, names);
}

Axes& Axes::histogram(const Values& values, HistogramOptions options) {
  if (values.size() == 0 || options.bins == 0) throw ShapeError("plot: histogram takes at least one value and one bin");
  const double low = std::isnan(options.low) ? smallest(values.numbers()) : options.low;
  const double high = std::isnan(options.high) ? largest(values.numbers()) : options.high;
  const double width = high > low ? (high - low) / static_cast<double>(options.bins) : 1.0;
  std::vector<double> middles(options.bins), counts(options.bins);
  for (std::size_t i = 0; i < options.bins; ++i) middles[i] = low + (static_cast<double>(i) + 0.5) * width;
  for (const double value : values.numbers()) {
    if (!(value >= low && value <= high)) continue;
    ++counts[std::min(static_cast<std::size_t>((value - low) / width), options.bins - 1)];
  }
  const Values x(std::move(middles)), y(std::move(counts));
  plot(lines_of({&x, &y}, "histogram"),
       "with boxes fs transparent solid 0.65 noborder lc rgb '" + color_of(options.style) + "'", options.style);
  m_settings += "set boxwidth " + gnuplot_number(width) + "\nset yrange [0:*]\n";
  see(x, y);
  return x_range(low, low + width * static_cast<double>(options.bins));
}

// --- lines and words beside the data

Axes& Axes::horizontal_line(double y, Style style) {
  const std::string words = line_words(style, color_code(style.color));
  m_settings += "set arrow from graph 0, first " + gnuplot_number(y) + " to graph 1, first " + gnuplot_number(y) +
                " nohead back " + words + "\n";
  if (!style.label.empty()) plot("0 NaN\n", "with lines " + words, style);
  return *this;
}

Axes& Axes::vertical_line(double x, Style style) {
  const std::string words = line_words(style, color_code(style.color));
  m_settings += "set arrow from first " + gnuplot_number(x) + ", graph 0 to first " + gnuplot_number(x) +
                ", graph 1 nohead back " + words + "\n";
  if (!style.label.empty()) plot("0 NaN\n", "with lines " + words, style);
  return *this;
}

Axes& Axes::text(double x, double y, const std::string& words, const std::string& align, Style style) {
  if (align != "left" && align != "right" && align != "center") {
    throw std::invalid_argument("plot: text is aligned 'left', 'right' or 'center', not '" + align + "'");
  }
  m_settings += "set label " + gnuplot_text(words) + " at first " + gnuplot_number(x) + "," + gnuplot_number(y) + " " +
                align + " front tc rgb '" + color_code(style.color.empty() ? "black" : style.color) + "'\n";
  see({x}, {y});
  return *this;
}

Axes& Axes::arrow(double x, double y, double to_x, double to_y, Style style) {
  m_settings += "set arrow from first " + gnuplot_number(x) + "," + gnuplot_number(y) + " to first " +
                gnuplot_number(to_x) + "," + gnuplot_number(to_y) + " head filled size screen 0.012,20 front " +
                line_words(style, color_code(style.color.empty() ? "#444444" : style.color)) + "\n";
  see({x, to_x}, {y, to_y});
  return *this;
}

}  // namespace xtape::plot
