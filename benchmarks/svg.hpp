#pragma once

#include <sstream>
#include <string>
#include <vector>

namespace benchmarks {

struct Point {
  double x, y;
};

/// An SVG picture, drawn from back to front. Coordinates are in pixels, y downwards.
class Picture {
 public:
  Picture(double width, double height);

  void rectangle(Point corner, double width, double height, const std::string& color);
  void line(Point from, Point to, const std::string& color, double stroke = 1);
  void curve(const std::vector<Point>& points, const std::string& color);
  /// `anchor` is "start", "middle" or "end"; `style` holds further attributes.
  void text(Point at, const std::string& anchor, const std::string& words, const std::string& style = "");
  /// The text from bottom to top, centred.
  void upright_text(Point at, const std::string& words);

  std::string svg() const { return m_out.str() + "</svg>\n"; }

 private:
  std::ostringstream m_out;
};

/// A logarithmic range of values laid between two coordinates.
struct LogAxis {
  double low, high;    // values, above 0
  double start, stop;  // where they lie

  double place(double value) const;
  /// The powers of ten in the range: every second one where it is long, and 2 and 5 times them, too, where it is short.
  std::vector<double> ticks() const;
};

/// As "0.01", "5", "1000"; of large and small numbers the power of ten, "1e6".
std::string short_number(double value);

/// Colours of series, which can be told apart by the colour-blind, too.
const std::string& series_color(std::size_t index);

}  // namespace benchmarks
