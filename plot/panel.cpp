#include <plot/figure.hpp>
#include <plot/gnuplot.hpp>

#include <algorithm>
#include <cmath>
#include <ostream>

// The panel around what is plotted: ranges, ticks, legend; and the commands that draw it all.
namespace xtape::plot {

namespace {

std::string range_words(const char* axis, double low, double high) {
  return std::string("set ") + axis + "range [" + gnuplot_number(low) + ":" + gnuplot_number(high) + "]\n";
}

std::string tick_words(const char* axis, const Values& at, const std::vector<std::string>& names) {
  if (!names.empty() && names.size() != at.size()) {
    throw ShapeError("plot: " + std::to_string(at.size()) + " ticks have " + std::to_string(names.size()) + " names");
  }
  std::string words = std::string("set ") + axis + "tics (";
  for (std::size_t i = 0; i < at.size(); ++i) {
    words += (i ? ", " : "") + (names.empty() ? "" : gnuplot_text(names[i]) + " ") + gnuplot_number(at[i]);
  }
  return words + ")\n";
}

}  // namespace

Axes& Axes::title(const std::string& words) {
  m_settings += "set title " + gnuplot_text(words) + "\n";
  return *this;
}

Axes& Axes::x_label(const std::string& words) {
  m_settings += "set xlabel " + gnuplot_text(words) + "\n";
  return *this;
}

Axes& Axes::y_label(const std::string& words) {
  m_settings += "set ylabel " + gnuplot_text(words) + "\n";
  return *this;
}

Axes& Axes::x_range(double low, double high) {
  m_settings += range_words("x", low, high);
  m_limits[0] = low, m_limits[1] = high;
  return *this;
}

Axes& Axes::y_range(double low, double high) {
  m_settings += range_words("y", low, high);
  m_limits[2] = low, m_limits[3] = high;
  return *this;
}

Axes& Axes::x_ticks(const Values& at, const std::vector<std::string>& names) {
  m_settings += tick_words("x", at, names);
  return *this;
}

Axes& Axes::y_ticks(const Values& at, const std::vector<std::string>& names) {
  m_settings += tick_words("y", at, names);
  return *this;
}

Axes& Axes::log_x() {
  m_settings += "set logscale x\nset format x '%g'\n";
  m_log_x = true;
  return *this;
}

Axes& Axes::log_y() {
  m_settings += "set logscale y\nset format y '%g'\n";
  m_log_y = true;
  return *this;
}

Axes& Axes::equal() {
  m_settings += "set size ratio -1\n";
  return *this;
}

Axes& Axes::grid(bool on) {
  m_grid = on;
  return *this;
}

Axes& Axes::off() {
  m_settings += "unset border\nunset tics\n";
  return grid(false);
}

Axes& Axes::bare(int width, int height) {
  m_settings += "set lmargin 0\nset rmargin 0\nset tmargin 0\nset bmargin 0\n";
  return x_range(0, width).y_range(height, 0).off();
}

Axes& Axes::legend(const std::string& place) {
  static const char* const places[] = {"top left", "top right", "bottom left", "bottom right",
                                       "outside",  "below",     "none"};
  if (std::find(std::begin(places), std::end(places), place) == std::end(places)) {
    throw std::invalid_argument(
        "plot: a legend stands 'top left', 'top right', 'bottom left', 'bottom right', "
        "'outside', 'below' or is 'none', not '" +
        place + "'");
  }
  m_legend = place;
  return *this;
}

// The corner of the panel with the fewest points in it.
std::string Axes::legend_corner() const {
  std::array<double, 4> limits{HUGE_VAL, -HUGE_VAL, HUGE_VAL, -HUGE_VAL};
  const auto placed = [this](const std::array<double, 2>& point) {
    return std::array<double, 2>{m_log_x ? std::log10(point[0]) : point[0], m_log_y ? std::log10(point[1]) : point[1]};
  };
  for (const auto& point : m_seen) {
    const auto place = placed(point);
    for (std::size_t axis = 0; axis < 2; ++axis) {
      if (!std::isfinite(place[axis])) continue;
      limits[2 * axis] = std::min(limits[2 * axis], place[axis]);
      limits[2 * axis + 1] = std::max(limits[2 * axis + 1], place[axis]);
    }
  }
  const auto given = placed({m_limits[0], m_limits[2]}), upper = placed({m_limits[1], m_limits[3]});
  for (std::size_t axis = 0; axis < 2; ++axis) {
    if (std::isfinite(given[axis])) limits[2 * axis] = given[axis];
    if (std::isfinite(upper[axis])) limits[2 * axis + 1] = upper[axis];
  }
  std::array<std::size_t, 4> inside{};  // top right, top left, bottom right, bottom left
  for (const auto& point : m_seen) {
    const auto place = placed(point);
    const double x = (place[0] - limits[0]) / (limits[1] - limits[0]),
                 y = (place[1] - limits[2]) / (limits[3] - limits[2]);
    if ((x < 0.4 || x > 0.6) && (y < 0.35 || y > 0.65)) ++inside[(x < 0.4 ? 1u : 0u) + (y < 0.35 ? 2u : 0u)];
  }
  static const char* const corners[] = {"top right", "top left", "bottom right", "bottom left"};
  return corners[std::min_element(inside.begin(), inside.end()) - inside.begin()];
}

void Axes::write(std::ostream& out) const {
  if (m_plots.empty()) {
    out << "set multiplot next\n";
    return;
  }
  for (std::size_t i = 0; i < m_data.size(); ++i) {
    if (!m_data[i].empty()) out << block_name(i) << " << END\n" << m_data[i] << "END\n";
  }
  out << "reset\nset border 3 lc rgb '#555555'\nset tics nomirror out scale 0.6\n";
  if (m_grid) out << "set grid lc rgb '#e4e4e4' lw 1 dt 1\n";
  const bool labelled = std::any_of(m_plots.begin(), m_plots.end(), [](const Plotted& p) { return !p.label.empty(); });
  if (!labelled || m_legend == "none") {
    out << "unset key\n";
  } else if (m_legend == "outside") {
    out << "set key outside right top Left reverse samplen 2\n";
  } else if (m_legend == "below") {
    out << "set key below Left reverse samplen 2 height 1.2\n";
  } else {
    out << "set key inside " << (m_legend.empty() ? legend_corner() : m_legend)
        << " Left reverse samplen 2 spacing 1.1 opaque fc rgb '#f8f8f8' \n";
  }
  out << m_settings << "plot ";
  for (std::size_t i = 0; i < m_plots.size(); ++i) {
    const Plotted& plotted = m_plots[i];
    out << (i ? ", \\\n  " : "") << block_name(plotted.data) << " " << plotted.clause << " "
        << (plotted.label.empty() ? "notitle" : "title " + gnuplot_text(plotted.label));
  }
  out << "\n";
}

}  // namespace xtape::plot
