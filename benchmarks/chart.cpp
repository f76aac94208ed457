#include <benchmarks/chart.hpp>

#include <algorithm>
#include <cstdio>
#include <set>

#include <autograd/error.hpp>
#include <plot/plot.hpp>

namespace benchmarks {

namespace plot = xtape::plot;

namespace {

constexpr const char* target_color = "#c02020";
const std::vector<std::string> colors{"#1f77b4", "#ff7f0e", "#2ca02c", "#9467bd"};

std::string two_digits(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value < 10 ? "%.2f" : "%.1f", value);
  return text;
}

// What was measured matters more than its picture.
void save(const plot::Figure& figure, const std::filesystem::path& file) {
  try {
    figure.save(file);
    std::printf("written to %s\n", file.c_str());
  } catch (const xtape::IoError& error) {
    std::printf("no picture: %s\n", error.what());
  }
}

// The workloads that were compared, each a step down, and what their axis has to hold.
struct Compared {
  explicit Compared(const std::vector<Row>& rows) {
    for (const Row& row : rows) {
      if (!row.times_faster()) continue;
      thread_counts.insert(row.threads);
      low = std::min(low, *row.times_faster() / 1.2);
      high = std::max({high, *row.times_faster(), row.workload.target});
      if (number_of(row) < names.size()) continue;
      names.push_back(row.workload.name);
      targets.push_back(row.workload.target);
      steps.push_back(-static_cast<double>(steps.size()));
    }
  }
  std::size_t number_of(const Row& row) const {
    return static_cast<std::size_t>(std::find(names.begin(), names.end(), row.workload.name) - names.begin());
  }

  std::vector<std::string> names;
  std::vector<double> steps, targets;
  std::set<int> thread_counts;
  double low = 0.5, high = 2;
};

}  // namespace

// The bars of the numbers of threads lie around their workload's step, the figures to the right of all bars.
void draw_bars(const std::vector<Row>& rows, const std::string& title, const std::filesystem::path& file) {
  const Compared compared(rows);
  const std::size_t count = compared.names.size();
  if (count == 0) return;
  plot::Figure figure({.width = 900, .height = 175 + 28 * static_cast<int>(count)});
  plot::Axes& axes = figure.axes();
  std::vector<std::string> figures(count);
  double shift = 0.18 * static_cast<double>(compared.thread_counts.size() - 1);
  for (std::size_t place = 0; const int threads : compared.thread_counts) {
    const std::string name = threads == 1 ? "1 thread" : std::to_string(threads) + " threads";
    plot::Style style{.label = name, .color = colors[place++ % colors.size()], .width = 7};
    for (const Row& row : rows) {
      if (row.threads != threads || !row.times_faster()) continue;
      const std::size_t number = compared.number_of(row);
      const double y = compared.steps[number] + shift;
      axes.line({1.0, *row.times_faster()}, {y, y}, style);
      style.label.clear();  // one line of the legend for all bars
      figures[number] += two_digits(*row.times_faster()) + "   ";
    }
    shift -= 0.36;
  }
  axes.scatter(compared.targets, compared.steps, {.label = "target", .color = target_color, .marker = "d"});
  for (std::size_t i = 0; i < count; ++i) {
    axes.text(compared.high * 6, compared.steps[i], figures[i] + "(" + two_digits(compared.targets[i]) + ")", "right");
  }
  axes.vertical_line(1.0).log_x().x_range(compared.low, compared.high * 6.5);
  axes.y_range(0.3 - static_cast<double>(count), 0.7).y_ticks(compared.steps, compared.names);
  axes.title(title).x_label("libtorch's time over xtape's; in brackets the target").legend("below");
  save(figure, file);
}

void draw_curves(const std::vector<Panel>& panels, const std::string& title, const std::filesystem::path& file) {
  const int columns = static_cast<int>(panels.size());
  plot::Figure figure({.columns = panels.size(), .width = 440 * columns, .height = 500, .title = title});
  for (std::size_t i = 0; i < panels.size(); ++i) {
    plot::Axes& axes = figure[i];
    axes.title(panels[i].title).x_label(panels[i].x_label).y_label(panels[i].y_label).log_x().log_y();
    std::set<double> places;
    for (const Curve& curve : panels[i].curves) {
      std::vector<double> x, y;
      for (const auto& [at, value] : curve.points) {
        x.push_back(at);
        y.push_back(value);
        places.insert(at);
      }
      axes.line(x, y, {.label = curve.name, .marker = "o", .size = 0.5});
    }
    // A name at every place, or at every second one where they would run into each other.
    std::vector<double> ticks;
    std::vector<std::string> names;
    const std::size_t step = places.size() > 6 ? 2 : 1;
    for (std::size_t number = 0; const double place : places) {
      if (number++ % step != 0) continue;
      char name[32];
      std::snprintf(name, sizeof name, "%g", place);
      ticks.push_back(place);
      names.emplace_back(name);
    }
    if (!places.empty()) axes.x_range(*places.begin() / 1.2, *places.rbegin() * 1.2);
    axes.x_ticks(ticks, names).legend("below");
  }
  save(figure, file);
}

}  // namespace benchmarks
