#pragma once

#include <string>
#include <utility>
#include <vector>

#include <plot/figure.hpp>

namespace xtape::plot {

/// This text between quotes, as gnuplot reads it. Example: `gnuplot_text("it's")`, `'it''s'`.
std::string gnuplot_text(const std::string& words);

/// A number as gnuplot reads it; what is not finite is NaN, and drawn as a gap.
std::string gnuplot_number(double value);

/// "#rrggbb" of a name such as "red" or of itself. Throws std::invalid_argument for other words.
std::string color_code(const std::string& color);

/// The colour of series `index`: those of Okabe and Ito (2008), which the colour-blind can tell apart.
const std::string& series_color(std::size_t index);

/// gnuplot's definition of a palette. Throws std::invalid_argument for an unknown one.
std::string palette_definition(const std::string& palette);

/// What the first and the last colour mean: as asked for, else the finite range of the values; of diverging colours,
/// with 0 in the middle.
std::pair<double, double> color_range(const ColorOptions& colors, const std::vector<double>& values);

/// gnuplot's words for a line (dash type and width) and for a marker. Throws std::invalid_argument for an unknown one.
std::string dash_words(const std::string& line);
int marker_number(const std::string& marker);

}  // namespace xtape::plot
