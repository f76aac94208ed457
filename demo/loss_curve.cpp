#include "loss_curve.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <sstream>

namespace demo {

namespace {

// Everything is in the picture's own units.
constexpr double width = 760, height = 540;
constexpr double left = 76, right = 736;
constexpr double font = 13;
constexpr const char* pale_blue = "#a9c8e8";
constexpr const char* blue = "#1f5fa8";
constexpr const char* orange = "#d9731a";
constexpr const char* green = "#2b8a57";

struct Point {
  double x, y;
};
using Points = std::vector<Point>;

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

// Coordinates need no more than a tenth.
std::string coordinate(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

// A range of values laid along one side of a panel, with the values that get a tick.
struct Axis {
  double low, high;    // values
  double start, stop;  // where they lie
  bool logarithmic = false;
  std::vector<double> ticks;

  double place(double value) const {
    const auto scale = [this](double v) { return logarithmic ? std::log10(v) : v; };
    return start + (scale(value) - scale(low)) / (scale(high) - scale(low)) * (stop - start);
  }
};

// The smallest of 1, 2, 5, 10, 20, ... times a power of ten that divides the range into at most `count` parts.
double tick_distance(double range, double count) {
  const double power = std::pow(10.0, std::floor(std::log10(range / count)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (range / (factor * power) <= count) return factor * power;
  }
  return 10.0 * power;
}

Axis linear_axis(double low, double high, double start, double stop, double count, double smallest_distance) {
  const double distance = std::max(tick_distance(high - low, count), smallest_distance);
  Axis axis{low, high, start, stop, false, {}};
  for (double i = std::ceil(low / distance - 1e-9); i * distance <= high * (1.0 + 1e-9); ++i) {
    axis.ticks.push_back(i * distance + 0.0);  // never a negative zero
  }
  return axis;
}

// Ticks at 1, 2 and 5 times the powers of ten, or at these alone where there are many.
Axis logarithmic_axis(double low, double high, double start, double stop) {
  Axis axis{low, high, start, stop, true, {}};
  const bool wide = high / low > 200.0;
  for (double power = std::floor(std::log10(low)); power <= std::log10(high); ++power) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double tick = factor * std::pow(10.0, power);
      if (tick >= low && tick <= high && (factor == 1.0 || !wide)) axis.ticks.push_back(tick);
    }
  }
  return axis;
}

// Draws one panel: a grid, labels and curves.
class Panel {
 public:
  Panel(std::ostream& out, Axis x, Axis y) : m_out(out), m_x(std::move(x)), m_y(std::move(y)) {}

  void grid(const char* label) {
    for (const double tick : m_y.ticks) {
      line({m_x.start, m_y.place(tick)}, {m_x.stop, m_y.place(tick)}, "#e4e4e4");
      text({m_x.start - 8, m_y.place(tick) + font / 3}, "end", number(tick));
    }
    line({m_x.start, m_y.start}, {m_x.stop, m_y.start}, "#555555");
    line({m_x.start, m_y.start}, {m_x.start, m_y.stop}, "#555555");
    for (const double tick : m_x.ticks) {
      line({m_x.place(tick), m_y.start}, {m_x.place(tick), m_y.start + 5}, "#555555");
      text({m_x.place(tick), m_y.start + 19}, "middle", number(tick));
    }
    const std::string x = coordinate(20), y = coordinate((m_y.start + m_y.stop) / 2);
    m_out << "<text transform=\"rotate(-90 " << x << ' ' << y << ")\" x=\"" << x << "\" y=\"" << y
          << "\" text-anchor=\"middle\">" << label << "</text>\n";
  }

  void curve(const Points& points, const char* color, double stroke) {
    m_out << "<polyline fill=\"none\" stroke=\"" << color << "\" stroke-width=\"" << stroke
          << "\" stroke-linejoin=\"round\" points=\"";
    for (const Point& point : points)
      m_out << coordinate(m_x.place(point.x)) << ',' << coordinate(place_y(point.y)) << ' ';
    m_out << "\"/>\n";
  }

  void dots(const Points& points, const char* color) {
    if (points.size() > 40) return;  // they would run into each other
    for (const Point& point : points) {
      m_out << "<circle r=\"3\" fill=\"" << color << "\" cx=\"" << coordinate(m_x.place(point.x)) << "\" cy=\""
            << coordinate(place_y(point.y)) << "\"/>\n";
    }
  }

  // The name of a curve in the upper right corner; `row` counts from the top.
  void legend(int row, const char* color, double stroke, const char* name) {
    const double y = m_y.stop + 16 + 20 * row;
    line({m_x.stop - 210, y}, {m_x.stop - 182, y}, color, stroke);
    text({m_x.stop - 174, y + font / 3}, "start", name);
  }

  void text(Point at, const char* anchor, const std::string& words) {
    m_out << "<text x=\"" << coordinate(at.x) << "\" y=\"" << coordinate(at.y) << "\" text-anchor=\"" << anchor << "\">"
          << words << "</text>\n";
  }

 private:
  // Values beyond the range are drawn at its end.
  double place_y(double value) const { return m_y.place(std::clamp(value, m_y.low, m_y.high)); }

  void line(Point from, Point to, const char* color, double stroke = 1.0) {
    m_out << "<line x1=\"" << coordinate(from.x) << "\" y1=\"" << coordinate(from.y) << "\" x2=\"" << coordinate(to.x)
          << "\" y2=\"" << coordinate(to.y) << "\" stroke=\"" << color << "\" stroke-width=\"" << stroke << "\"/>\n";
  }

  std::ostream& m_out;
  Axis m_x, m_y;
};

// The steps' losses over the epochs, as means of neighbours where there are more than the picture can show.
Points thinned(const std::vector<double>& losses, double epochs) {
  constexpr std::size_t most = 600;
  const std::size_t group = (losses.size() + most - 1) / most;
  Points points;
  for (std::size_t first = 0; first < losses.size(); first += group) {
    const std::size_t last = std::min(first + group, losses.size());
    double sum = 0.0;
    for (std::size_t i = first; i < last; ++i) sum += losses[i];
    const double middle = static_cast<double>(first + last) / 2.0;
    points.push_back({middle / static_cast<double>(losses.size()) * epochs, sum / static_cast<double>(last - first)});
  }
  return points;
}

// One value an epoch; a mean over the epoch belongs to its middle, a score to its end.
Points by_epoch(const std::vector<double>& values, double offset) {
  Points points;
  for (std::size_t i = 0; i < values.size(); ++i) points.push_back({static_cast<double>(i) + offset, values[i]});
  return points;
}

// The range of the values of curves.
std::pair<double, double> range_of(std::initializer_list<const Points*> curves) {
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (const Points* curve : curves) {
    for (const Point& point : *curve) {
      low = std::min(low, point.y);
      high = std::max(high, point.y);
    }
  }
  return {low, high};
}

void draw_losses(std::ostream& out, const Axis& x, const Points& steps, const Points& train, const Points& test) {
  // Single steps scatter far below their means: the range is that of the means, and a little below.
  constexpr double smallest = 1e-6;
  const double low = std::max(0.5 * range_of({&train, &test}).first, smallest);
  const double high = std::max(1.2 * range_of({&steps, &train, &test}).second, 2.0 * low);
  Panel panel(out, x, logarithmic_axis(low, high, 330, 50));
  panel.grid("cross-entropy loss");
  panel.curve(steps, pale_blue, 1.0);
  panel.curve(train, blue, 2.0);
  panel.dots(train, blue);
  panel.curve(test, orange, 2.0);
  panel.dots(test, orange);
  panel.legend(0, pale_blue, 1.5, "training, single steps");
  panel.legend(1, blue, 2.5, "training, mean of an epoch");
  panel.legend(2, orange, 2.5, "test, after an epoch");
}

void draw_accuracy(std::ostream& out, const Axis& x, const Points& accuracy) {
  const double low = std::min(range_of({&accuracy}).first, 0.99);
  const double bottom = std::max(0.0, low - 0.1 * (1.0 - low));
  Panel panel(out, x, linear_axis(bottom, 1.0, 490, 380, 5.0, 0.0));
  panel.grid("test accuracy");
  panel.curve(accuracy, green, 2.0);
  panel.dots(accuracy, green);
  panel.text({(left + right) / 2, 530}, "middle", "epoch");
}

}  // namespace

std::string loss_curve(const History& history, const std::string& title) {
  const xtape::training::History& by_epochs = history.of_epochs;
  const auto epochs = static_cast<double>(by_epochs.epochs.size());
  const Axis x = linear_axis(0.0, epochs, left, right, 10.0, 1.0);
  std::ostringstream out;
  out << "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " << width << ' ' << height << "\" width=\"" << width
      << "\" height=\"" << height << "\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"" << font
      << "\" fill=\"#222222\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n<text x=\"" << left
      << "\" y=\"28\" font-size=\"16\">" << title << "</text>\n";
  const Points test_losses = by_epoch(by_epochs.column("validation_loss"), 1.0);
  const Points accuracies = by_epoch(by_epochs.column("validation_accuracy"), 1.0);
  const Points train_losses = by_epoch(by_epochs.column("loss"), 0.5);
  draw_losses(out, x, thinned(history.step_losses, epochs), train_losses, test_losses);
  draw_accuracy(out, x, accuracies);
  out << "</svg>\n";
  return out.str();
}

}  // namespace demo
