#include <benchmarks/chart.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>

#include <benchmarks/svg.hpp>

namespace benchmarks {

namespace {

constexpr const char* grid = "#e4e4e4";
constexpr const char* frame = "#555555";
constexpr const char* target_color = "#c02020";

std::string two_digits(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value < 10 ? "%.2f" : "%.1f", value);
  return text;
}

// Rows of one workload, a bar each.
struct Group {
  std::string name;
  double target;
  std::vector<const Row*> bars;
};

std::vector<Group> groups_of(const std::vector<Row>& rows) {
  std::vector<Group> groups;
  for (const Row& row : rows) {
    if (!row.times_faster()) continue;
    auto group =
        std::find_if(groups.begin(), groups.end(), [&](const Group& g) { return g.name == row.workload.name; });
    if (group == groups.end()) {
      group = groups.insert(group, {row.workload.name, row.workload.target, {}});
    }
    group->bars.push_back(&row);
  }
  return groups;
}

std::vector<int> thread_counts(const std::vector<Row>& rows) {
  std::set<int> counts;
  for (const Row& row : rows) counts.insert(row.threads);
  return {counts.begin(), counts.end()};
}

LogAxis axis_of(const std::vector<Group>& groups, double start, double stop) {
  double low = 1, high = 2;
  for (const Group& group : groups) {
    high = std::max(high, group.target);
    for (const Row* bar : group.bars) {
      low = std::min(low, *bar->times_faster());
      high = std::max(high, *bar->times_faster());
    }
  }
  return {std::min(0.5, low / 1.2), high * 1.2, start, stop};
}

constexpr double bar_height = 9, group_gap = 10, left = 190, plot_width = 520, column = 76;

// Where a column of figures ends, to the right of the bars: one for each number of threads, and the targets.
double column_end(std::size_t index) { return left + plot_width + column * static_cast<double>(index + 1); }

void draw_bars(Picture& picture, const std::vector<Group>& groups, const std::vector<int>& counts, const LogAxis& axis,
               double top) {
  const double rows = static_cast<double>(counts.size()) * bar_height;
  double y = top + group_gap / 2;
  for (const Group& group : groups) {
    const double middle = y + rows / 2 + 4;
    picture.text({left - 10, middle}, "end", group.name);
    for (const Row* bar : group.bars) {
      const auto place = std::find(counts.begin(), counts.end(), bar->threads) - counts.begin();
      const double from = axis.place(1), to = axis.place(*bar->times_faster());
      picture.rectangle({std::min(from, to), y + static_cast<double>(place) * bar_height},
                        std::max(std::abs(to - from), 1.0), bar_height - 1,
                        series_color(static_cast<std::size_t>(place)));
      picture.text({column_end(static_cast<std::size_t>(place)), middle}, "end", two_digits(*bar->times_faster()));
    }
    const double x = axis.place(group.target);
    picture.line({x, y - 3}, {x, y + rows + 2}, target_color, 2.5);
    picture.text({column_end(counts.size()), middle}, "end", two_digits(group.target),
                 "fill=\"" + std::string(target_color) + "\"");
    y += rows + group_gap;
  }
}

struct Range {
  double low = HUGE_VAL, high = 0;
};

Range range_of(const std::vector<Curve>& curves, double std::pair<double, double>::*coordinate) {
  Range range;
  for (const Curve& curve : curves) {
    for (const auto& point : curve.points) {
      range.low = std::min(range.low, point.*coordinate);
      range.high = std::max(range.high, point.*coordinate);
    }
  }
  return range;
}

void draw_panel(Picture& picture, const Panel& panel, double from, double to, double top, double bottom) {
  const Range across = range_of(panel.curves, &std::pair<double, double>::first);
  const Range up = range_of(panel.curves, &std::pair<double, double>::second);
  const LogAxis x{across.low / 1.1, across.high * 1.1, from, to};
  // Room for the names of the curves above them.
  const LogAxis y{up.low / 1.5, up.high * std::pow(2.0, 1 + static_cast<double>(panel.curves.size())), bottom, top};
  picture.text({(from + to) / 2, top - 12}, "middle", panel.title, "font-size=\"15\"");
  for (const double tick : y.ticks()) {
    picture.line({from, y.place(tick)}, {to, y.place(tick)}, grid);
    picture.text({from - 6, y.place(tick) + 4}, "end", short_number(tick));
  }
  for (const double tick : x.ticks()) {
    picture.line({x.place(tick), bottom}, {x.place(tick), bottom + 5}, frame);
    picture.text({x.place(tick), bottom + 19}, "middle", short_number(tick));
  }
  picture.line({from, bottom}, {to, bottom}, frame);
  picture.line({from, bottom}, {from, top}, frame);
  picture.text({(from + to) / 2, bottom + 40}, "middle", panel.x_label);
  picture.upright_text({from - 52, (top + bottom) / 2}, panel.y_label);
  for (std::size_t i = 0; i < panel.curves.size(); ++i) {
    std::vector<Point> points;
    for (const auto& [at, value] : panel.curves[i].points) points.push_back({x.place(at), y.place(value)});
    picture.curve(points, series_color(i));
    const double row = top + 14 + 17 * static_cast<double>(i);
    picture.line({from + 12, row - 4}, {from + 36, row - 4}, series_color(i), 3);
    picture.text({from + 42, row}, "start", panel.curves[i].name);
  }
}

}  // namespace

std::string bar_chart(const std::vector<Row>& rows, const std::string& subtitle) {
  const std::vector<Group> groups = groups_of(rows);
  const std::vector<int> counts = thread_counts(rows);
  const double group_height = static_cast<double>(counts.size()) * bar_height + group_gap;
  const double top = 96, bottom = top + static_cast<double>(groups.size()) * group_height;
  const LogAxis axis = axis_of(groups, left, left + plot_width);
  Picture picture(column_end(counts.size()) + 20, bottom + 56);
  picture.text({20, 28}, "start", "How many times faster than libtorch", "font-size=\"17\"");
  picture.text({20, 48}, "start", subtitle, "fill=\"#666666\"");
  for (const double tick : axis.ticks()) {
    picture.line({axis.place(tick), top}, {axis.place(tick), bottom}, tick == 1 ? frame : grid);
    picture.text({axis.place(tick), bottom + 18}, "middle", short_number(tick));
  }
  picture.text({left + plot_width / 2, bottom + 40}, "middle",
               "libtorch's time over xtape's (logarithmic); bars start at 1, the mark is the target");
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const std::string name = counts[i] == 1 ? "1 thread" : std::to_string(counts[i]) + " threads";
    picture.text({column_end(i), top - 10}, "end", name, "fill=\"" + series_color(i) + "\" font-weight=\"bold\"");
  }
  picture.text({column_end(counts.size()), top - 10}, "end", "target", "fill=\"" + std::string(target_color) + "\"");
  draw_bars(picture, groups, counts, axis, top);
  return picture.svg();
}

std::string curve_chart(const std::vector<Panel>& panels, const std::string& title) {
  constexpr double panel_width = 420, margin = 80, top = 90, bottom = 420;
  Picture picture(panel_width * static_cast<double>(panels.size()) + 20, bottom + 60);
  picture.text({20, 28}, "start", title, "font-size=\"17\"");
  double from = margin;
  for (const Panel& panel : panels) {
    draw_panel(picture, panel, from, from + panel_width - margin - 10, top, bottom);
    from += panel_width;
  }
  return picture.svg();
}

}  // namespace benchmarks
