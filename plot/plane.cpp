#include <plot/figure.hpp>
#include <plot/gnuplot.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

// Numbers over a plane: contours, colours, pictures.
namespace xtape::plot {

std::pair<double, double> color_range(const ColorOptions& colors, const std::vector<double>& values) {
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  if (colors.palette == "diverging") {
    high = std::max(std::abs(low), std::abs(high));
    low = -high;
  }
  if (!std::isnan(colors.low)) low = colors.low;
  if (!std::isnan(colors.high)) high = colors.high;
  if (!(high > low)) high = low + 1.0;
  return {low, high};
}

namespace {

// About `count` round values between low and high.
std::vector<double> round_values(double low, double high, double count) {
  const double power = std::pow(10.0, std::floor(std::log10((high - low) / count)));
  double step = 10.0 * power;
  for (const double factor : {5.0, 2.0, 1.0}) {
    if ((high - low) / (factor * power) <= count * 1.5) step = factor * power;
  }
  std::vector<double> values;
  for (double i = std::ceil(low / step); i * step <= high; ++i) values.push_back(i * step);
  return values;
}

std::array<unsigned, 3> pale(const std::string& color) {
  std::array<unsigned, 3> result{};
  for (std::size_t i = 0; i < 3; ++i) {
    const unsigned full = static_cast<unsigned>(std::stoul(color.substr(1 + 2 * i, 2), nullptr, 16));
    result[i] = 255 - (255 - full) * 3 / 10;
  }
  return result;
}

void check_grid(const Values& x, const Values& y, const Tensor& z, const std::string& what) {
  if (z.dimension() == 2 && z.shape(0) == y.size() && z.shape(1) == x.size() && z.size() > 0) return;
  throw ShapeError("plot: " + what + " over " + std::to_string(x.size()) + " x and " + std::to_string(y.size()) +
                   " y takes shape (" + std::to_string(y.size()) + ", " + std::to_string(x.size()) + "), but got " +
                   to_string(z.shape()));
}

// A line "x y z" for each point, an empty line after each row.
std::string grid_lines(const Values& x, const Values& y, const Values& z) {
  std::string lines;
  for (std::size_t i = 0; i < z.size(); ++i) {
    const std::size_t row = i / x.size(), column = i % x.size();
    lines += gnuplot_number(x[column]) + " " + gnuplot_number(y[row]) + " " + gnuplot_number(z[i]) + "\n";
    if (column + 1 == x.size()) lines += "\n";
  }
  return lines;
}

std::string color_words(const ColorOptions& colors, const std::vector<double>& values) {
  const auto [low, high] = color_range(colors, values);
  return palette_definition(colors.palette) + (colors.bar ? "" : "unset colorbox\n") + "set cbrange [" +
         gnuplot_number(low) + ":" + gnuplot_number(high) + "]\n";
}

// 0, 1, 2, ... for up to ten ticks, in larger steps beyond.
std::vector<double> index_ticks(std::size_t count) {
  std::vector<double> ticks;
  for (std::size_t i = 0; i < count; i += (count + 9) / 10) ticks.push_back(static_cast<double>(i));
  return ticks;
}

constexpr const char* no_margin = "set autoscale xfix\nset autoscale yfix\n";

}  // namespace

Axes& Axes::contour(const Values& x, const Values& y, const Tensor& z, const Values& levels, Style style) {
  check_grid(x, y, z, "contour");
  const Values numbers(z);
  const auto [low, high] = color_range({}, numbers.numbers());
  std::string heights;
  for (const double level : levels.size() ? levels.numbers() : round_values(low, high, 8.0)) {
    heights += (heights.empty() ? "" : ",") + gnuplot_number(level);
  }
  const bool one_color = !style.color.empty();
  const std::string color = one_color ? "rgb '" + color_code(style.color) + "'" : "palette";
  const std::string clause =
      "using 1:2:3 with lines lw " + gnuplot_number(0.6 * style.width) + " " + dash_words(style.line) + " lc " + color;
  const std::string grid = block_name(add_data(grid_lines(x, y, numbers))), lines = block_name(m_data.size());
  m_settings += "set contour base\nunset surface\nset cntrparam levels discrete " + heights + "\nset table " + lines +
                "\nsplot " + grid + " using 1:2:3\nunset table\nunset contour\nset surface\n";
  if (!one_color) m_settings += palette_definition("viridis");
  plot("", clause, {.label = style.label, .color = "gray"});  // gnuplot fills the block when it makes the table
  return *this;
}

Axes& Axes::surface(const Values& x, const Values& y, const Tensor& z, ColorOptions colors) {
  check_grid(x, y, z, "surface");
  const Values numbers(z);
  const std::string words = color_words(colors, numbers.numbers());
  plot(grid_lines(x, y, numbers), "using 1:2:3 with image");
  m_settings += words + no_margin;
  return *this;
}

Axes& Axes::regions(const Values& x, const Values& y, const Tensor& classes) {
  check_grid(x, y, classes, "regions");
  const Values numbers(classes);
  std::string lines;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    lines += gnuplot_number(x[i % x.size()]) + " " + gnuplot_number(y[i / x.size()]);
    for (const unsigned part : pale(series_color(static_cast<std::size_t>(numbers[i]))))
      lines += " " + std::to_string(part);
    lines += "\n";
  }
  plot(std::move(lines), "using 1:2:3:4:5 with rgbimage");
  m_settings += no_margin;
  return grid(false);
}

Axes& Axes::heat_map(const Tensor& matrix, HeatMapOptions options) {
  if (matrix.dimension() != 2)
    throw ShapeError("plot: heat_map takes a matrix, but got shape " + to_string(matrix.shape()));
  const auto fits = [](const std::vector<std::string>& names, std::size_t count) {
    return names.empty() || names.size() == count;
  };
  if (!fits(options.x_names, matrix.shape(1)) || !fits(options.y_names, matrix.shape(0))) {
    throw ShapeError("plot: heat_map of shape " + to_string(matrix.shape()) + " got names for " +
                     std::to_string(options.y_names.size()) + " rows and " + std::to_string(options.x_names.size()) +
                     " columns");
  }
  std::vector<double> x(matrix.shape(1)), y(matrix.shape(0));
  std::iota(x.begin(), x.end(), 0.0);
  std::iota(y.begin(), y.end(), 0.0);
  surface(x, y, matrix, options.colors);
  x_range(-0.5, static_cast<double>(x.size()) - 0.5).y_range(static_cast<double>(y.size()) - 0.5, -0.5).grid(false);
  x_ticks(options.x_names.empty() ? index_ticks(x.size()) : x, options.x_names);
  y_ticks(options.y_names.empty() ? index_ticks(y.size()) : y, options.y_names);
  if (options.numbers) write_numbers(matrix, options.colors);
  return *this;
}

void Axes::write_numbers(const Tensor& matrix, const ColorOptions& colors) {
  const Values numbers(matrix);
  const auto [low, high] = color_range(colors, numbers.numbers());
  const bool light_low = colors.palette == "gray_r";  // which end of the palette is light
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    char words[32];
    std::snprintf(words, sizeof words, "%.3g", numbers[i]);
    const bool on_light = colors.palette == "diverging" || light_low != (numbers[i] > low + 0.6 * (high - low));
    text(static_cast<double>(i % matrix.shape(1)), static_cast<double>(i / matrix.shape(1)), words, "center",
         {.color = on_light ? "black" : "white"});
  }
}

Axes& Axes::picture(const Tensor& pixels, double left, double top, double pixel, const ColorOptions& colors) {
  const bool colored = pixels.dimension() == 3 && pixels.shape(0) == 3;
  if (pixels.dimension() != 2 && !colored) {
    throw ShapeError("plot: a picture has the shape (H, W) or (3, H, W), but got " + to_string(pixels.shape()));
  }
  const std::size_t height = pixels.shape(-2), width = pixels.shape(-1), plane = height * width;
  const Values numbers(pixels);
  std::string lines;
  for (std::size_t i = 0; i < plane; ++i) {
    lines += gnuplot_number(left + pixel * (static_cast<double>(i % width) + 0.5)) + " " +
             gnuplot_number(top + pixel * (static_cast<double>(i / width) + 0.5));
    for (std::size_t channel = 0; channel < (colored ? 3 : 1); ++channel) {
      const double value = numbers[channel * plane + i];
      lines += " " + gnuplot_number(colored ? std::round(255.0 * std::clamp(value, 0.0, 1.0)) : value);
    }
    lines += "\n";
  }
  const std::string words = colored ? "" : color_words(colors, numbers.numbers());
  plot(std::move(lines), colored ? "using 1:2:3:4:5 with rgbimage" : "using 1:2:3 with image");
  m_settings += words;
  return *this;
}

Axes& Axes::image(const Tensor& pixels, ColorOptions colors) {
  picture(pixels, 0.0, 0.0, 1.0, colors);
  return x_range(0, static_cast<double>(pixels.shape(-1)))
      .y_range(static_cast<double>(pixels.shape(-2)), 0)
      .equal()
      .off();
}

}  // namespace xtape::plot
