#include <autograd/file.hpp>
#include <plot/plot.hpp>

#include "expectations.hpp"
#include "scratch_files.hpp"

#include <cstdlib>
#include <set>

using namespace xtape;

namespace {

bool has_gnuplot() {
  static const bool found = std::system("gnuplot --version >/dev/null 2>&1") == 0;
  if (!found) MESSAGE("gnuplot is not installed: no picture was drawn");
  return found;
}

// What gnuplot is told to draw.
std::string commands_of(const plot::Figure& figure) {
  const ScratchFolder folder;
  figure.save(folder / "figure.gp");
  return text_of(folder / "figure.gp");
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

// No program is found while this lives.
class EmptyPath {
 public:
  EmptyPath() {
    if (const char* path = std::getenv("PATH")) m_path = path;
    ::setenv("PATH", "/nowhere", 1);
  }
  ~EmptyPath() { ::setenv("PATH", m_path.c_str(), 1); }

 private:
  std::string m_path;
};

const Tensor tens = xt::xarray<double>{10.0, 20.0, 30.0};

}  // namespace

// --- what is drawn

TEST_CASE("plot: a line has its points, style and name") {
  plot::Figure figure;
  figure.axes().line({1.0, 2.0, 3.0}, tens,
                     {.label = "it's", .color = "red", .line = "--", .marker = "s", .width = 1.5});
  const std::string commands = commands_of(figure);
  CHECK(says(commands, "\n1 10 \n2 20 \n3 30 \n"));
  CHECK(says(commands, "with linespoints pt 5 ps 0.7 lw 1.5 dt (10,6) lc rgb '#d55e00' title 'it''s'"));
}

TEST_CASE("plot: words may hold quotes one after the other, and what is special between quotes") {
  plot::Figure figure;
  figure.axes().line(tens, {.label = "f''(x)"}).line(tens, {.label = "f'''"}).title("a'' \\ \" `date`");
  CHECK(says(commands_of(figure), "title \"f''(x)\""));
  CHECK(says(commands_of(figure), "\"a'' \\\\ \\\" \\`date\\`\""));
  if (!has_gnuplot()) return;
  const ScratchFolder folder;
  figure.save(folder / "words.svg");
  const std::string svg = text_of(folder / "words.svg");
  for (const char* words : {"f''(x)", "f'''", "`date`"}) CHECK(says(svg, words));
}

TEST_CASE("plot: numbers come from tensors of every dtype and layout, from xtensor expressions and vectors") {
  CHECK(plot::Values(Tensor(xt::xarray<std::int64_t>{{1, 2}, {3, 4}})).numbers() == std::vector<double>{1, 2, 3, 4});
  CHECK(plot::Values(transpose(Tensor(xt::xarray<float>{{1, 2}, {3, 4}}))).numbers() ==
        std::vector<double>{1, 3, 2, 4});
  CHECK(plot::Values(xt::xarray<double>{1.5, 2.5} * 2.0).numbers() == std::vector<double>{3, 5});
  CHECK(plot::Values(std::vector<float>{0.5f}).numbers() == std::vector<double>{0.5});
  CHECK(plot::Values(ones({2}).requires_grad_()).size() == 2);
}

TEST_CASE("plot: a line over its indices, and what is not finite is a gap") {
  plot::Figure figure;
  figure.axes().line({5.0, std::nan(""), HUGE_VAL});
  CHECK(says(commands_of(figure), "\n0 5 \n1 NaN \n2 NaN \n"));
}

TEST_CASE("plot: lines take the colours of the cycle in turn") {
  plot::Figure figure;
  figure.axes().line(tens).line(tens, {.color = "black"}).line(tens);
  const std::string commands = commands_of(figure);
  for (const char* color : {"#0072b2", "#000000", "#d55e00"}) CHECK(says(commands, color));
  CHECK_FALSE(says(commands, "#009e73"));
}

TEST_CASE("plot: a histogram counts each value once, the largest in the last bin") {
  plot::Figure figure;
  figure.axes().histogram({0.0, 0.1, 0.5, 0.9, 1.0, 7.0}, {.bins = 2, .low = 0.0, .high = 1.0});
  CHECK(says(commands_of(figure), "\n0.25 2 \n0.75 3 \n"));
}

TEST_CASE("plot: arrows keep their directions and proportions and fit between each other") {
  plot::Figure figure;
  figure.axes().quiver({0.0, 4.0, 0.0, 4.0}, {0.0, 0.0, 4.0, 4.0}, {100.0, 0.0, 0.0, 50.0}, {0.0, -100.0, 0.0, 0.0});
  // A range of 4 holds 2 arrows a side: the longest gets 0.95 of 2.
  CHECK(says(commands_of(figure), "\n0 0 1.9 0 \n4 0 0 -1.9 \n0 4 0 0 \n4 4 0.95 0 \n"));
}

TEST_CASE("plot: contours have round levels, or the given ones") {
  const Tensor z = xt::xarray<double>{{0.0, 1.0}, {2.0, 3.0}};
  plot::Figure figure({.columns = 2});
  figure.axes(0, 0).contour({0.0, 1.0}, {0.0, 1.0}, z);
  figure.axes(0, 1).contour({0.0, 1.0}, {0.0, 1.0}, z, {0.5, 2.5}, {.color = "gray"});
  const std::string commands = commands_of(figure);
  CHECK(says(commands, "levels discrete 0,0.5,1,1.5,2,2.5,3\n"));
  CHECK(says(commands, "levels discrete 0.5,2.5\n"));
  CHECK(says(commands, "\n0 0 0\n1 0 1\n\n0 1 2\n1 1 3\n"));
}

TEST_CASE("plot: decision regions are coloured as the points of their class") {
  plot::Figure figure;
  const Tensor points = xt::xarray<double>{{-1.0, 0.0}, {1.0, 0.0}};
  const plot::Plane plane{.x_low = -1.0, .x_high = 1.0, .y_low = -1.0, .y_high = 1.0, .steps = 2};
  const auto right_half = [](const Tensor& p) {
    const Tensor x = view(p, {xt::all(), xt::range(0, 1)});
    return concatenate({-x, x}, 1);  // scores of two classes
  };
  decision_regions(figure.axes(), plane, right_half).scatter_classes(points, {0.0, 1.0}, {"left", "right"});
  const std::string commands = commands_of(figure);
  CHECK(says(commands, "\n-1 -1 179 213 232\n1 -1 243 207 179\n"));
  CHECK(says(commands, "lc rgb '#0072b2' title 'left'"));
  CHECK(says(commands, "lc rgb '#d55e00' title 'right'"));
}

TEST_CASE("plot: ten classes look different from each other") {
  plot::Figure figure;
  const Tensor places = arange(10.0, {.dtype = float64});
  figure.axes().scatter_classes(stack({places, places}, 1), places);
  const std::string commands = commands_of(figure);
  std::set<std::string> looks;
  for (std::size_t at = commands.find("with points"); at != commands.npos; at = commands.find("with points", at + 1)) {
    looks.insert(commands.substr(at, commands.find_first_of(",\n", at) - at));
  }
  CHECK(looks.size() == 10);
}

TEST_CASE("plot: the plane around points has a margin of a tenth") {
  const plot::Plane plane = plot::Plane::around(xt::xarray<double>{{0.0, 5.0}, {10.0, 5.0}, {2.0, 25.0}});
  CHECK(plane.x_low == -1.0);
  CHECK(plane.x_high == 11.0);
  CHECK(plane.y_low == 3.0);
  CHECK(plane.y_high == 27.0);
}

TEST_CASE("plot: a heat map has names, numbers and its first row on top") {
  plot::Figure figure;
  figure.axes().heat_map(xt::xarray<double>{{1.0, 2.0}, {3.0, 4.25}}, {.x_names = {"a", "b"}, .numbers = true});
  const std::string commands = commands_of(figure);
  CHECK(says(commands, "set xtics ('a' 0, 'b' 1)"));
  CHECK(says(commands, "set yrange [1.5:-0.5]"));
  CHECK(says(commands, "set label '4.25' at first 1,1 center"));
}

TEST_CASE("plot: diverging colours have their middle at 0") {
  plot::Figure figure;
  figure.axes().heat_map(xt::xarray<double>{{-1.0, 3.0}}, {.colors = {.palette = "diverging"}});
  CHECK(says(commands_of(figure), "set cbrange [-3:3]"));
}

TEST_CASE("plot: the legend takes the corner without points, or the one that is asked for") {
  plot::Figure figure({.rows = 1, .columns = 3});
  figure.axes(0, 0).line({0.0, 1.0, 2.0, 3.0, 4.0}, {0.0, 1.0, 2.0, 3.0, 4.0}, {.label = "rises"});
  figure.axes(0, 1).line({0.0, 1.0, 2.0, 3.0, 4.0}, {4.0, 3.0, 2.0, 1.0, 0.0}, {.label = "falls"});
  figure.axes(0, 2).line(tens, {.label = "chosen"}).legend("bottom left");
  const std::string commands = commands_of(figure);
  CHECK(says(commands, "set key inside top left"));
  CHECK(says(commands, "set key inside top right"));
  CHECK(says(commands, "set key inside bottom left"));
}

// --- pictures in files

TEST_CASE("plot: a figure becomes SVG and PNG, in folders that it makes") {
  if (!has_gnuplot()) return;
  const ScratchFolder folder;
  plot::Figure figure({.rows = 2, .columns = 2, .title = "all"});
  figure.axes(0, 0).line(tens, {.label = "line"}).title("one").x_label("x").y_label("y").horizontal_line(20.0);
  figure.axes(0, 1).bars({"a", "b", "c"}, tens).text(1.0, 25.0, "here").arrow(0.0, 0.0, 1.0, 1.0);
  figure.axes(1, 0).fill({0.0, 1.0, 2.0}, {1.0, 2.0, 3.0}, {2.0, 3.0, 5.0}).log_y().vertical_line(1.0);
  figure.axes(1, 1).image(xt::xarray<double>{{0.0, 0.5}, {1.0, 0.25}});
  figure.save(folder / "new/folder/all.svg");
  const std::string svg = text_of(folder / "new/folder/all.svg");
  for (const char* words : {"<svg", "all", "one", "line", "here", "image-rendering", "</svg>"}) CHECK(says(svg, words));
  figure.save(folder / "all.png");
  CHECK(text_of(folder / "all.png").substr(1, 3) == "PNG");
  CHECK(folder.entries() == 2);
}

TEST_CASE("plot: every kind of thing is drawn without a complaint of gnuplot") {
  if (!has_gnuplot()) return;
  const ScratchFolder folder;
  plot::Figure figure({.rows = 2, .columns = 3});
  const Tensor z = xt::xarray<double>{{0.0, 1.0, 2.0}, {2.0, 3.0, 5.0}};
  figure[0]
      .contour({0.0, 1.0, 2.0}, {0.0, 1.0}, z)
      .line({0.0, 1.0}, {0.0, 1.0}, {.line = ":", .marker = "*", .every = 2});
  figure[1].surface({0.0, 1.0, 2.0}, {0.0, 1.0}, z);
  figure[2].heat_map(z, {.colors = {.palette = "diverging"}, .y_names = {"u", "v"}, .numbers = true});
  figure[3].quiver({0.0, 1.0}, {0.0, 1.0}, {1.0, 1.0}, {1.0, 0.0}).equal();
  figure[4].image(ones({3, 2, 2}));
  figure[5].histogram({1.0, 2.0, 2.5}, {.style = {.label = "all"}}).log_x().x_range(0.5, 5.0).legend("below");
  figure.save(folder / "kinds.svg");
  CHECK(says(text_of(folder / "kinds.svg"), "</svg>"));
}

TEST_CASE("plot: pictures in a grid") {
  const Tensor gray = rand({5, 4, 4}), colored = rand({2, 3, 4, 4});
  CHECK(plot::image_grid(gray, {.columns = 3}).options().width == 3 * (120 + 6) + 6);
  CHECK(plot::image_grid(reshape(gray, {5, 1, 4, 4}), {.columns = 9, .pixels = 50}).options().width == 5 * 56 + 6);
  CHECK(says(commands_of(plot::image_grid(colored)), "with rgbimage"));
  CHECK(says(commands_of(plot::image_grid(gray, {.titles = {"first"}, .title_colors = {"red"}})),
             "set label 'first' at first 66,18 center front tc rgb '#d55e00'"));
  CHECK_THROWS_AS(plot::image_grid(ones({2, 2, 4, 4})), ShapeError);
}

TEST_CASE("plot: pictures with colours of their own keep their 0 in the middle of a diverging palette") {
  const Tensor pictures = reshape(Tensor(xt::xarray<double>{1.0, 4.0, -5.0, 0.0}), {2, 1, 2});
  const std::string own = commands_of(plot::image_grid(pictures, {.each_alone = true, .pixels = 20}));
  CHECK(says(own, "\n11 11 0\n21 11 1\n"));
  CHECK(says(own, "\n37 11 0\n47 11 1\n"));
  const plot::ImageGridOptions diverging{
      .colors = {.palette = "diverging", .bar = false}, .each_alone = true, .pixels = 20};
  const std::string around = commands_of(plot::image_grid(pictures, diverging));
  CHECK(says(around, "\n11 11 0.25\n21 11 1\n"));
  CHECK(says(around, "\n37 11 -1\n47 11 0\n"));
  CHECK(says(around, "[-1:1]"));
}

// --- what goes wrong

TEST_CASE("plot: what does not fit is refused with the numbers that were met") {
  plot::Figure figure({.rows = 2, .columns = 3});
  plot::Axes& axes = figure.axes();
  check_says(message_of<ShapeError>([&] { axes.line({1.0, 2.0}, {1.0, 2.0, 3.0}); }), {"line", "2 and 3"});
  check_says(message_of<ShapeError>([&] { axes.line(std::vector<double>{}); }), {"line got no numbers"});
  check_says(message_of<ShapeError>([&] {
               axes.surface({0.0, 1.0}, {0.0, 1.0, 2.0}, ones({2, 3}));
             }),
             {"surface over 2 x and 3 y takes shape (3, 2), but got (2, 3)"});
  check_says(message_of<ShapeError>([&] { axes.heat_map(ones({3})); }), {"a matrix", "(3,)"});
  check_says(message_of<ShapeError>([&] { axes.image(ones({2, 3, 3})); }), {"(3, H, W)", "(2, 3, 3)"});
  check_says(message_of<ShapeError>([&] {
               axes.scatter_classes(ones({4, 3}), {0, 0, 0, 0});
             }),
             {"(N, 2)", "(4, 3) and 4"});
  check_says(message_of<ShapeError>([&] { axes.x_ticks({1.0, 2.0}, {"one"}); }), {"2 ticks have 1 names"});
  check_says(message_of<std::invalid_argument>([&] { axes.line(tens, {.color = "teal"}); }), {"'teal'", "'black'"});
  check_says(message_of<std::invalid_argument>([&] { axes.line(tens, {.line = "~"}); }), {"'~'", "'--'"});
  check_says(message_of<std::invalid_argument>([&] { axes.scatter(tens, tens, {.marker = "q"}); }), {"'q'", "'o'"});
  check_says(message_of<std::invalid_argument>([&] { axes.legend("middle"); }), {"'middle'", "'top left'"});
  check_says(message_of<std::invalid_argument>([&] { axes.text(0, 0, "x", "up"); }), {"'up'", "'center'"});
  check_says(message_of<IndexError>([&] { figure.axes(2, 0); }), {"2 x 3 panels", "(2, 0)"});
  check_says(message_of<std::invalid_argument>([] { plot::Figure({.rows = 0}); }), {"at least one row"});
  const plot::Plane plane{.steps = 3};
  check_says(message_of<ShapeError>([&] { decision_regions(axes, plane, [](const Tensor&) { return ones({4}); }); }),
             {"9 points", "(4,)"});
}

TEST_CASE("plot: a refused call leaves the panel as it was") {
  plot::Figure figure;
  figure.axes().line(tens);
  const std::string before = commands_of(figure);
  CHECK_THROWS_AS(figure.axes().line({1.0, 2.0}, tens), ShapeError);
  CHECK_THROWS_AS(figure.axes().line(tens, {.line = "~"}), std::invalid_argument);
  CHECK_THROWS_AS(figure.axes().scatter(tens, tens, {.marker = "q"}), std::invalid_argument);
  CHECK_THROWS_AS(figure.axes().heat_map(tens), ShapeError);
  CHECK_THROWS_AS(figure.axes().quiver(tens, tens, tens, {1.0}), ShapeError);
  CHECK_THROWS_AS(figure.axes().surface({0.0, 1.0}, {0.0}, ones({1, 2}), {.palette = "rainbow"}),
                  std::invalid_argument);
  CHECK(commands_of(figure) == before);
}

TEST_CASE("plot: without gnuplot saving says what to install, and an older picture is intact") {
  const ScratchFolder folder;
  write_plainly(folder / "old.svg", bytes_of("old"));
  plot::Figure figure;
  figure.axes().line(tens);
  {
    const EmptyPath nothing_is_found;
    check_says(message_of<IoError>([&] { figure.save(folder / "old.svg"); }),
               {"'gnuplot' was not found", "gnuplot-nox"});
    figure.save(folder / "figure.gp");
  }
  CHECK(text_of(folder / "old.svg") == "old");
  CHECK(folder.entries() == 2);
  check_says(message_of<IoError>([&] { figure.save(folder / "old.svg/new.svg"); }),
             {"old.svg/new.svg", "cannot be made"});
  check_says(message_of<IoError>([&] { figure.save(folder / "figure.jpg"); }), {"figure.jpg", ".svg, .png or .gp"});
}
