#include <plot/gnuplot.hpp>

#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <stdexcept>

namespace xtape::plot {

namespace {

using Names = std::map<std::string, std::string>;

// The entry of a table, or an exception that lists what there is.
template <class Table>
const auto& entry(const Table& table, const std::string& name, const std::string& what) {
  const auto found = table.find(name);
  if (found != table.end()) return found->second;
  std::string known;
  for (const auto& row : table) known += (known.empty() ? "'" : ", '") + row.first + "'";
  throw std::invalid_argument("plot: there is no " + what + " '" + name + "'; there are " + known);
}

}  // namespace

// gnuplot 5.4 reads '' between single quotes as one quote, but '''' not as two: such a text stands between double
// quotes, where a backslash takes the meaning from what follows.
std::string gnuplot_text(const std::string& words) {
  const bool doubled = words.find("''") != std::string::npos;
  const std::string quote = doubled ? "\"" : "'", special = doubled ? "\"\\`" : "'";
  std::string result = quote;
  for (const char c : words) {
    if (special.find(c) != std::string::npos) result += doubled ? '\\' : '\'';
    result += c == '\n' ? ' ' : c;
  }
  return result + quote;
}

std::string gnuplot_number(double value) {
  if (!std::isfinite(value)) return "NaN";
  char text[32];
  std::snprintf(text, sizeof text, "%.7g", value);
  return text;
}

std::string color_code(const std::string& color) {
  static const Names names{{"black", "#000000"}, {"blue", "#0072b2"},   {"brown", "#8c564b"}, {"gray", "#888888"},
                           {"green", "#009e73"}, {"orange", "#e69f00"}, {"pink", "#cc79a7"},  {"red", "#d55e00"},
                           {"sky", "#56b4e9"},   {"white", "#ffffff"}};
  if (color.size() == 7 && color[0] == '#' && color.find_first_not_of("0123456789abcdefABCDEF", 1) == color.npos) {
    return color;
  }
  return entry(names, color, "colour");
}

const std::string& series_color(std::size_t index) {
  static const std::array<std::string, 8> colors{"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                 "#e69f00", "#56b4e9", "#444444", "#8c564b"};
  return colors[index % colors.size()];
}

std::string palette_definition(const std::string& palette) {
  static const Names palettes{
      {"viridis",
       "(0 '#440154', 1 '#482878', 2 '#3e4989', 3 '#31688e', 4 '#26828e', 5 '#1f9e89', 6 '#35b779', "
       "7 '#6ece58', 8 '#b5de2b', 9 '#fde725')"},
      {"gray", "(0 '#000000', 1 '#ffffff')"},
      {"gray_r", "(0 '#ffffff', 1 '#000000')"},
      {"diverging", "(0 '#2166ac', 1 '#67a9cf', 2 '#d1e5f0', 3 '#f7f7f7', 4 '#fddbc7', 5 '#ef8a62', 6 '#b2182b')"}};
  return "set palette defined " + entry(palettes, palette, "palette") + "\n";
}

std::string dash_words(const std::string& line) {
  static const Names dashes{{"-", "dt 1"}, {"--", "dt (10,6)"}, {":", "dt (2,4)"}, {"-.", "dt (10,5,2,5)"}};
  return entry(dashes, line, "line");
}

int marker_number(const std::string& marker) {
  static const std::map<std::string, int> markers{{"+", 1}, {"x", 2}, {"*", 3},  {"s", 5}, {".", 7},
                                                  {"o", 7}, {"^", 9}, {"v", 11}, {"d", 13}};
  return entry(markers, marker, "marker");
}

}  // namespace xtape::plot
