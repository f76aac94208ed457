#include <autograd/ops/elementwise.hpp>
#include <plot/figure.hpp>
#include <plot/gnuplot.hpp>

#include <algorithm>
#include <cmath>

// Numbers over a plane: contours, colours, pictures.
namespace xtape::plot {

namespace {

// The finite range of values, or what is asked for.
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

}  // namespace

std::size_t Axes::add_grid(const Values& x, const Values& y, const Tensor& z, const char* what) {
  if (z.dimension() != 2 || z.shape(0) != y.size() || z.shape(1) != x.size()) {
    throw ShapeError(std::string("plot: ") + what + " over " + std::to_string(x.size()) + " x and " +
                     std::to_string(y.size()) + " y takes shape (" + std::to_string(y.size()) + ", " +
                     std::to_string(x.size()) + "), but got " + to_string(z.shape()));
  }
  const Values numbers(z);
  std::string lines;
  for (std::size_t row = 0; row < y.size(); ++row) {
    for (std::size_t column = 0; column < x.size(); ++column) {
      lines += gnuplot_number(x[column]) + " " + gnuplot_number(y[row]) + " " +
               gnuplot_number(numbers[row * x.size() + column]) + "\n";
    }
    lines += "\n";
  }
  return add_text(std::move(lines));
}

void Axes::set_colors(const ColorOptions& colors) {
  m_settings += palette_definition(colors.palette);
  if (!colors.bar) m_settings += "unset colorbox\n";
}

Axes& Axes::contour(const Values& x, const Values& y, const Tensor& z, const Values& levels, Style style) {
  const std::size_t grid = add_grid(x, y, z, "contour");
  const auto [low, high] = color_range({}, Values(z).numbers());
  const std::vector<double> heights = levels.size() ? levels.numbers() : round_values(low, high, 8.0);
  const std::string lines = block_name(add_text(""));
  m_settings += "set contour base\nunset surface\nset cntrparam levels discrete ";
  for (std::size_t i = 0; i < heights.size(); ++i) m_settings += (i ? "," : "") + gnuplot_number(heights[i]);
  m_settings += "\nset table " + lines + "\nsplot " + block_name(grid) +
                " using 1:2:3\nunset table\nunset contour\nset surface\n";
  const bool one = !style.color.empty();
  if (!one) set_colors({});
  const std::string color = one ? " lc rgb '" + color_code(style.color) + "'" : " lc palette";
  plot(m_data.size() - 1,
       "using 1:2:3 with lines lw " + gnuplot_number(0.6 * style.width) + " " + dash_words(style.line) + color,
       style.label);
  return *this;
}

Axes& Axes::surface(const Values& x, const Values& y, const Tensor& z, ColorOptions colors) {
  const auto [low, high] = color_range(colors, Values(z).numbers());
  plot(add_grid(x, y, z, "surface"), "using 1:2:3 with image");
  set_colors(colors);
  m_settings += "set cbrange [" + gnuplot_number(low) + ":" + gnuplot_number(high) +
                "]\nset autoscale xfix\nset autoscale yfix\n";
  return *this;
}

Axes& Axes::regions(const Values& x, const Values& y, const Tensor& classes) {
  add_grid(x, y, classes, "regions");
  const Values numbers(classes);
  std::string lines;
  for (std::size_t row = 0; row < y.size(); ++row) {
    for (std::size_t column = 0; column < x.size(); ++column) {
      const auto color = pale(series_color(static_cast<std::size_t>(numbers[row * x.size() + column])));
      lines += gnuplot_number(x[column]) + " " + gnuplot_number(y[row]);
      for (const unsigned part : color) lines += " " + std::to_string(part);
      lines += "\n";
    }
  }
  m_data.back() = std::move(lines);
  plot(m_data.size() - 1, "using 1:2:3:4:5 with rgbimage");
  m_settings += "set autoscale xfix\nset autoscale yfix\n";
  return grid(false);
}

Axes& Axes::heat_map(const Tensor& matrix, HeatMapOptions options) {
  if (matrix.dimension() != 2)
    throw ShapeError("plot: heat_map takes a matrix, but got shape " + to_string(matrix.shape()));
  std::vector<double> x(matrix.shape(1)), y(matrix.shape(0));
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<double>(i);
  surface(x, y, matrix, options.colors);
  const double width = static_cast<double>(x.size()), height = static_cast<double>(y.size());
  x_range(-0.5, width - 0.5).y_range(height - 0.5, -0.5).grid(false);
  if (!options.x_names.empty()) x_ticks(x, options.x_names);
  if (!options.y_names.empty()) y_ticks(y, options.y_names);
  if (!options.numbers) return *this;
  const Values numbers(matrix);
  const auto [low, high] = color_range(options.colors, numbers.numbers());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    char words[32];
    std::snprintf(words, sizeof words, "%.3g", numbers[i]);
    const bool bright = (options.colors.palette == "gray_r") != (numbers[i] > low + 0.6 * (high - low));
    const bool dark_words = options.colors.palette == "diverging" || bright;
    text(x[i % x.size()], y[i / x.size()], words, "center", {.color = dark_words ? "black" : "white"});
  }
  return *this;
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
  plot(add_text(std::move(lines)), colored ? "using 1:2:3:4:5 with rgbimage" : "using 1:2:3 with image");
  if (!colored) {
    const auto [low, high] = color_range(colors, numbers.numbers());
    set_colors(colors);
    m_settings += "set cbrange [" + gnuplot_number(low) + ":" + gnuplot_number(high) + "]\n";
  }
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
