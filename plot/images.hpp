#pragma once

#include <string>
#include <vector>

#include <plot/figure.hpp>

namespace xtape::plot {

struct ImageGridOptions {
  std::size_t columns = 8;
  std::vector<std::string> titles = {};                       ///< over each picture
  std::vector<std::string> title_colors = {};                 ///< of these; black without
  ColorOptions colors = {.palette = "gray_r", .bar = false};  ///< for gray pictures
  bool each_alone = false;  ///< the colours span each picture's own values; diverging ones, from 0 to the farthest
  int pixels = 0;           ///< width of a picture; 0 for one that fits
  std::string title = {};
};

/// Pictures side by side, row by row: gray (N, H, W) or (N, 1, H, W), or coloured (N, 3, H, W) with values from 0 to 1.
/// Throws ShapeError for other shapes. Example: `plot::image_grid(images, {.columns = 10}).save("digits.png");`
Figure image_grid(const Tensor& images, ImageGridOptions options = {});

}  // namespace xtape::plot
