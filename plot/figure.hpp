#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <limits>
#include <list>
#include <string>
#include <vector>

#include <autograd/tensor.hpp>

/// Pictures of numbers, drawn by gnuplot: a Figure of one or more Axes, saved as SVG or PNG.
namespace xtape::plot {

/// A row of numbers: a tensor of any shape and dtype (its elements in row-major order), an xtensor expression, or a
/// std::vector.
class Values {
 public:
  Values(const Tensor& tensor);
  Values(std::vector<double> numbers) : m_numbers(std::move(numbers)) {}
  Values(std::initializer_list<double> numbers) : m_numbers(numbers) {}
  template <class T>
  requires std::is_arithmetic_v<T> Values(const std::vector<T>& numbers) : m_numbers(numbers.begin(), numbers.end()) {}
  template <class E>
  requires xt::is_xexpression<E>::value Values(const E& expression) : Values(Tensor(expression)) {}

  const std::vector<double>& numbers() const noexcept { return m_numbers; }
  std::size_t size() const noexcept { return m_numbers.size(); }
  double operator[](std::size_t i) const { return m_numbers[i]; }

 private:
  std::vector<double> m_numbers;
};

/// How a line, its markers or an area look.
struct Style {
  std::string label = {};   ///< its name in the legend; none without
  std::string color = {};   ///< a name ("black", "gray", "red") or "#rrggbb"; the next of the cycle without
  std::string line = "-";   ///< "-", "--", ":", "-." or "" for none
  std::string marker = {};  ///< "o", "s", "^", "v", "d", "x", "+", "*", "." or "" for none
  double width = 2.0;       ///< of the line, in pixels
  double size = 0.7;        ///< of the markers, 1 being about 10 pixels
  std::size_t every = 1;    ///< a marker at every so many points
};

struct HistogramOptions {
  std::size_t bins = 30;
  double low = std::numeric_limits<double>::quiet_NaN();  ///< left edge; the smallest value without
  double high = std::numeric_limits<double>::quiet_NaN();
  Style style = {};
};

/// Colours for numbers: "viridis", "gray" (0 is black), "gray_r" (0 is white), "diverging" (blue, white, red, with 0 in
/// the middle).
struct ColorOptions {
  std::string palette = "viridis";
  bool bar = true;                                        ///< a bar of the colours beside the panel
  double low = std::numeric_limits<double>::quiet_NaN();  ///< what the first colour means; the smallest value without
  double high = std::numeric_limits<double>::quiet_NaN();
};

struct HeatMapOptions {
  ColorOptions colors = {};
  std::vector<std::string> x_names = {}, y_names = {};  ///< names of the columns and rows
  bool numbers = false;                                 ///< the value in each cell
};

/// One panel of a figure. Every call adds something to it and returns the panel, so that calls can be chained.
/// Functions that take several rows of numbers throw ShapeError where these differ in length.
class Axes {
 public:
  // --- points and lines

  /// A line through the points (x, y). Example: `axes.line(x, sin(x), {.label = "sin", .line = "--"});`
  Axes& line(const Values& x, const Values& y, Style style = {});
  /// The same over 0, 1, 2, ...
  Axes& line(const Values& y, Style style = {});
  /// Markers at the points (x, y), without a line.
  Axes& scatter(const Values& x, const Values& y, Style style = {});
  /// Points (N, 2) with the colour and marker of their class; `names` of the classes go to the legend.
  Axes& scatter_classes(const Tensor& points, const Values& classes, const std::vector<std::string>& names = {},
                        double size = 0.7);
  /// The area between two lines.
  Axes& fill(const Values& x, const Values& low, const Values& high, Style style = {});
  /// Arrows (u, v) at (x, y), scaled so that they do not overlap.
  Axes& quiver(const Values& x, const Values& y, const Values& u, const Values& v, Style style = {});
  /// A bar for each value over its name.
  Axes& bars(const std::vector<std::string>& names, const Values& values, Style style = {});
  /// How many of the values fall into each of equally wide bins.
  Axes& histogram(const Values& values, HistogramOptions options = {});

  // --- numbers over a plane; z has the shape (y.size(), x.size()), and x and y equal steps

  /// Lines of equal z, at `levels` or at about 8 round values, in the colours of the palette or in one.
  Axes& contour(const Values& x, const Values& y, const Tensor& z, const Values& levels = {}, Style style = {});
  /// z as a colour at each (x, y).
  Axes& surface(const Values& x, const Values& y, const Tensor& z, ColorOptions colors = {});
  /// A pale ground in the colour of the class of each (x, y); the classes are numbered as in scatter_classes().
  Axes& regions(const Values& x, const Values& y, const Tensor& classes);
  /// A matrix (rows, columns), its first row on top.
  Axes& heat_map(const Tensor& matrix, HeatMapOptions options = {});
  /// A picture, gray (H, W) or coloured (3, H, W) with values from 0 to 1, without axes.
  Axes& image(const Tensor& pixels, ColorOptions colors = {.palette = "gray", .bar = false});
  /// Such a picture as a part of the panel, with its upper left corner at (left, top) of a y axis that points down, and
  /// pixels of this size.
  Axes& picture(const Tensor& pixels, double left, double top, double pixel, const ColorOptions& colors);

  // --- lines and words beside the data

  /// A dashed line over the whole panel.
  Axes& horizontal_line(double y, Style style = {.color = "gray", .line = "--", .width = 1.0});
  Axes& vertical_line(double x, Style style = {.color = "gray", .line = "--", .width = 1.0});
  /// Words that begin ("left"), end ("right") or have their middle ("center") at a point.
  Axes& text(double x, double y, const std::string& words, const std::string& align = "left", Style style = {});
  Axes& arrow(double x, double y, double to_x, double to_y, Style style = {.color = "#444444", .width = 1.5});

  // --- the panel

  Axes& title(const std::string& words);
  Axes& x_label(const std::string& words);
  Axes& y_label(const std::string& words);
  Axes& x_range(double low, double high);
  Axes& y_range(double low, double high);
  /// Where the axis has a tick; with names in place of the numbers. Example: `axes.x_ticks({0, 1}, {"cat", "dog"});`
  Axes& x_ticks(const Values& at, const std::vector<std::string>& names = {});
  Axes& y_ticks(const Values& at, const std::vector<std::string>& names = {});
  Axes& log_x();
  Axes& log_y();
  /// One unit is as long on both axes.
  Axes& equal();
  Axes& grid(bool on);
  /// No frame, ticks or grid.
  Axes& off();
  /// A panel that fills the figure, without frame, measured in pixels from the upper left corner.
  Axes& bare(int width, int height);
  /// Where the legend stands: "top left", "top right", "bottom left", "bottom right", "outside", "below" or "none".
  /// Without this call it takes the corner with the fewest points.
  Axes& legend(const std::string& place);

 private:
  friend class Figure;
  explicit Axes(std::size_t number) : m_number(number) {}

  struct Plotted {
    std::string clause;  // of gnuplot's plot command, after the data's name
    std::size_t data;    // number of its data block
    std::string label;
  };

  // What may throw comes before these, so that a refused call leaves the panel as it was.
  std::size_t add_data(std::string lines);
  void plot(std::string lines, std::string clause, const Style& style = {.color = "gray"});
  void see(const Values& x, const Values& y);
  std::string color_of(const Style& style) const;
  std::string block_name(std::size_t data) const;
  void write_numbers(const Tensor& matrix, const ColorOptions& colors);
  std::string legend_corner() const;
  void write(std::ostream& out) const;

  std::size_t m_number;
  std::size_t m_colors_used = 0;
  std::vector<std::string> m_data;
  std::vector<Plotted> m_plots;
  std::string m_settings;
  std::string m_legend;
  std::array<double, 4> m_limits{-HUGE_VAL, HUGE_VAL, -HUGE_VAL, HUGE_VAL};  // x low and high, y low and high as set
  bool m_log_x = false, m_log_y = false;
  bool m_grid = true;
  std::vector<std::array<double, 2>> m_seen;  // points, which the legend avoids
};

/// A picture of one panel or a grid of them. Example:
///     plot::Figure figure;
///     figure.axes().line(x, sin(x), {.label = "sin"}).x_label("x");
///     figure.save("sin.svg");
class Figure {
 public:
  struct Options {
    std::size_t rows = 1, columns = 1;
    int width = 0, height = 0;  ///< in pixels; 0 for a size that fits the number of panels
    std::string title = {};
    int font = 14;  ///< of the text, in pixels
  };

  Figure() : Figure(Options{}) {}
  explicit Figure(Options options);

  /// The panel at a row and column from 0. Throws IndexError.
  Axes& axes(std::size_t row = 0, std::size_t column = 0);
  /// Panel `index`, counted row by row.
  Axes& operator[](std::size_t index);
  const Options& options() const noexcept { return m_options; }

  /// Draws it: as `.svg`, as `.png`, or as `.gp`, the commands for gnuplot. Folders that are missing are made; an
  /// existing file is replaced as a whole or not at all. Throws IoError for another extension, a file that cannot be
  /// written, or where gnuplot is not found.
  void save(const std::filesystem::path& path) const;

 private:
  void write(std::ostream& out, const std::string& terminal, const std::string& target) const;
  void draw(const std::filesystem::path& path, const std::string& terminal) const;

  Options m_options;
  std::vector<Axes> m_panels;
};

}  // namespace xtape::plot
