#include <benchmarks/svg.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace benchmarks {

namespace {

constexpr double font = 13;

// Coordinates need no more than a tenth.
std::string coordinate(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

std::string escaped(const std::string& words) {
  std::string result;
  for (const char c : words) {
    result += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
  }
  return result;
}

}  // namespace

Picture::Picture(double width, double height) {
  m_out << "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " << width << ' ' << height << "\" width=\""
        << width << "\" height=\"" << height << "\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"" << font
        << "\" fill=\"#222222\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n";
}

void Picture::rectangle(Point corner, double width, double height, const std::string& color) {
  m_out << "<rect x=\"" << coordinate(corner.x) << "\" y=\"" << coordinate(corner.y) << "\" width=\""
        << coordinate(width) << "\" height=\"" << coordinate(height) << "\" fill=\"" << color << "\"/>\n";
}

void Picture::line(Point from, Point to, const std::string& color, double stroke) {
  m_out << "<line x1=\"" << coordinate(from.x) << "\" y1=\"" << coordinate(from.y) << "\" x2=\"" << coordinate(to.x)
        << "\" y2=\"" << coordinate(to.y) << "\" stroke=\"" << color << "\" stroke-width=\"" << stroke << "\"/>\n";
}

void Picture::curve(const std::vector<Point>& points, const std::string& color) {
  m_out << "<polyline fill=\"none\" stroke=\"" << color << "\" stroke-width=\"2\" stroke-linejoin=\"round\" points=\"";
  for (const Point& point : points) m_out << coordinate(point.x) << ',' << coordinate(point.y) << ' ';
  m_out << "\"/>\n";
  for (const Point& point : points) {
    m_out << "<circle r=\"3\" fill=\"" << color << "\" cx=\"" << coordinate(point.x) << "\" cy=\""
          << coordinate(point.y) << "\"/>\n";
  }
}

void Picture::text(Point at, const std::string& anchor, const std::string& words, const std::string& style) {
  m_out << "<text x=\"" << coordinate(at.x) << "\" y=\"" << coordinate(at.y) << "\" text-anchor=\"" << anchor << "\" "
        << style << '>' << escaped(words) << "</text>\n";
}

void Picture::upright_text(Point at, const std::string& words) {
  text(at, "middle", words, "transform=\"rotate(-90 " + coordinate(at.x) + ' ' + coordinate(at.y) + ")\"");
}

double LogAxis::place(double value) const {
  const double part = std::log(std::clamp(value, low, high) / low) / std::log(high / low);
  return start + part * (stop - start);
}

std::vector<double> LogAxis::ticks() const {
  const bool wide = high / low > 300;
  const double distance = high / low > 1e6 ? 2 : 1;
  std::vector<double> ticks;
  for (double power = distance * std::floor(std::log10(low) / distance); power <= std::log10(high); power += distance) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double tick = factor * std::pow(10.0, power);
      const bool inside = tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9);
      if (inside && (factor == 1.0 || !wide)) ticks.push_back(tick);
    }
  }
  return ticks;
}

std::string short_number(double value) {
  char text[32];
  if (value >= 1e-3 && value < 1e4) {
    std::snprintf(text, sizeof text, "%.4g", value);
  } else {
    std::snprintf(text, sizeof text, "1e%.0f", std::log10(value));
  }
  return text;
}

const std::string& series_color(std::size_t index) {
  static const std::array<std::string, 6> colors{"#1f5fa8", "#d9731a", "#2b8a57", "#a03c8c", "#7a7a7a", "#c4a000"};
  return colors[index % colors.size()];
}

}  // namespace benchmarks
