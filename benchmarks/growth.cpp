#include <benchmarks/growth.hpp>

#include <cstdio>
#include <functional>

#include <benchmarks/chart.hpp>

namespace benchmarks {

namespace {

constexpr Schedule schedule{5, 3, 0.02, 4};

/// A point for each side, added to its curve.
using Curves = std::map<std::string, Curve>;

void add_point(Curves& curves, const std::string& prefix, double at, double units, const Measurement& measured) {
  for (const auto& [side, result] : measured) {
    if (side == "limit") continue;
    Curve& curve = curves[prefix + side];
    curve.name = prefix + side;
    curve.points.emplace_back(at, result.times.median / units);
    std::printf("  %-28s %10.4g   %s\n", curve.name.c_str(), at, readable_seconds(curve.points.back().second).c_str());
    std::fflush(stdout);
  }
}

Panel panel_of(std::string title, std::string x_label, std::string y_label, const Curves& curves) {
  Panel panel{std::move(title), std::move(x_label), std::move(y_label), {}};
  for (const auto& [name, curve] : curves) panel.curves.push_back(curve);
  return panel;
}

/// One panel of growth(), whose workloads are called `family`_SIZE; seconds divided by `operations` of each size.
Panel panel_over_size(const std::string& family, double operations, std::string x_label, std::string y_label) {
  std::printf("%s\n", family.c_str());
  Curves curves;
  for (const Workload& workload : growth()) {
    if (workload.name.rfind(family + "_", 0) != 0) continue;
    const double size = std::stod(workload.name.substr(family.size() + 1));
    add_point(curves, "", size, size * operations, measure(workload, schedule, 1));
  }
  return panel_of(workload(family + "_10").what, std::move(x_label), std::move(y_label), curves);
}

Panel panel_over_threads() {
  std::printf("threads\n");
  Curves curves;
  for (int threads = 1;; threads = std::min(2 * threads, core_count())) {
    for (const char* name : {"gpt", "mlp", "wave_4M"}) {
      add_point(curves, std::string(name) + ", ", threads, 1, measure(workload(name), schedule, threads));
    }
    if (threads == core_count()) break;
  }
  return panel_of("a step of three workloads", "threads", "seconds", curves);
}

nlohmann::json to_json(const std::vector<Panel>& panels) {
  nlohmann::json list = nlohmann::json::array();
  for (const Panel& panel : panels) {
    nlohmann::json curves = nlohmann::json::object();
    for (const Curve& curve : panel.curves) curves[curve.name] = curve.points;
    list.push_back({{"what", panel.title}, {"x", panel.x_label}, {"y", panel.y_label}, {"curves", curves}});
  }
  return list;
}

}  // namespace

void measure_growth(const std::filesystem::path& out) {
  const std::vector<Panel> panels{
      panel_over_size("chain", 1, "operations in the graph", "seconds for each, forward and backward"),
      panel_over_size("array", 1, "elements", "seconds for each, forward and backward"), panel_over_threads()};
  if (out.empty()) return;
  write_file(out / "growth.json", to_json(panels).dump(2) + "\n");
  draw_curves(panels, "How the cost grows with the work", out / "growth.svg");
}

}  // namespace benchmarks
