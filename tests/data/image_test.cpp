#include <xtape.hpp>

#include <expectations.hpp>
#include <folder.hpp>
#include <scratch_files.hpp>

using namespace xtape;

namespace {

// tests/data/images/generate.cpp wrote them.
const std::filesystem::path pictures = tests_folder() / "data/images";

// Whether the build has a decoder; without one, tests/data/without_images.cpp is the test.
bool skipped() {
  if (!data::can_read_images()) MESSAGE("built without stb_image: no pictures were read");
  return !data::can_read_images();
}

double largest_difference(const Tensor& a, double b) { return amax(abs(astype(a, float32) - b)).item(); }

}  // namespace

TEST_CASE("PNG files are read as planes of bytes") {
  if (skipped()) return;
  CHECK(identical(data::read_image(pictures / "colour.png"),
                  Tensor(xt::xarray<std::uint8_t>{
                      {{255, 0, 0}, {10, 40, 70}}, {{0, 255, 0}, {20, 50, 80}}, {{0, 0, 255}, {30, 60, 90}}})));
  CHECK(identical(data::read_image(pictures / "grey.png"), Tensor(xt::xarray<std::uint8_t>{{{0, 51}, {102, 255}}})));
  CHECK(data::read_image(pictures / "alpha.png").shape() == Shape({4, 2, 1}));
}

TEST_CASE("pictures are converted to other channels") {
  if (skipped()) return;
  const Tensor colour = data::read_image(pictures / "grey.png", {.channels = 3});
  CHECK(colour.shape() == Shape({3, 2, 2}));
  CHECK(identical(view(colour, {0}), view(colour, {2})));
  CHECK(data::read_image(pictures / "colour.png", {.channels = 1}).shape() == Shape({1, 2, 3}));
  check_says(message_of<Error>([] { (void)data::read_image(pictures / "grey.png", {.channels = 5}); }),
             {"read_image", "5 channels"});
}

TEST_CASE("JPEG files are read, nearly as they were") {
  if (skipped()) return;
  const Tensor photo = data::read_image(pictures / "halves.jpg");
  CHECK(photo.shape() == Shape({3, 16, 32}));
  CHECK(largest_difference(view(photo, {0, xt::all(), xt::range(0, 16)}), 200) < 8);
  CHECK(largest_difference(view(photo, {0, xt::all(), xt::range(16, 32)}), 40) < 8);
  CHECK(largest_difference(view(photo, {2, xt::all(), xt::range(16, 32)}), 200) < 8);
  CHECK(largest_difference(view(photo, {1}), 40) < 8);
}

TEST_CASE("damaged and missing pictures are named") {
  if (skipped()) return;
  const ScratchFolder folder;
  write_plainly(folder / "a.png", bytes_of("no picture"));
  check_says(message_of<IoError>([&] { (void)data::read_image(folder / "a.png"); }), {"a.png'", "PNG or JPEG"});
  data::Bytes cut = data::read_file(pictures / "colour.png");
  cut.resize(cut.size() / 2);
  write_plainly(folder / "b.png", cut);
  check_says(message_of<IoError>([&] { (void)data::read_image(folder / "b.png"); }), {"b.png'", "cannot be read"});
  check_says(message_of<IoError>([&] { (void)data::read_image(folder / "c.png"); }), {"c.png'", "No such file"});
}

TEST_CASE("the folders of a folder are classes, its pictures samples") {
  if (skipped()) return;
  const auto [photos, classes, files] = data::image_folder(pictures / "flowers", {.height = 4, .width = 8});
  CHECK(classes == std::vector<std::string>{"daisy", "rose"});
  CHECK(photos.size() == 3);
  CHECK(files[0].filename() == "a.PNG");
  CHECK(identical(photos.targets(), Tensor(xt::xarray<std::int64_t>{0, 0, 1})));
  CHECK(photos.inputs().shape() == Shape({3, 3, 4, 8}));
  CHECK(photos.inputs().dtype() == float32);
  // Black on the left and white on the right of two pixels: the eight between and beyond them.
  const Tensor row = view(photos[0].first, {0, 0});
  CHECK(amax(abs(row - Tensor(xt::xarray<float>{0, 0, 0.125f, 0.375f, 0.625f, 0.875f, 1, 1}))).item() < 1e-6);

  data::DataLoader loader(photos.map(data::RandomHorizontalFlip()), {.batch_size = 2, .shuffle = true, .workers = 2});
  std::size_t count = 0;
  for (const auto& [x, t] : loader) count += t.size();
  CHECK(count == 3);
}

TEST_CASE("without a size, all pictures must have that of the first") {
  if (skipped()) return;
  const data::Dataset photos = data::image_folder(pictures / "flowers", {.channels = 1}).dataset;
  CHECK(photos[1].first.shape() == Shape({1, 2, 2}));
  check_says(message_of<IoError>([&] { (void)photos[2]; }), {"wide.jpeg'", "16x32", "a.PNG'", "2x2"});
  data::DataLoader loader(photos, {.batch_size = 3, .workers = 1});
  check_says(message_of<IoError>([&] { (void)loader.begin(); }), {"wide.jpeg'"});
}

TEST_CASE("folders that hold no classes are named") {
  const ScratchFolder folder;
  check_says(message_of<IoError>([&] { data::image_folder(folder / "none"); }), {"none'", "cannot be read"});
  check_says(message_of<IoError>([&] { data::image_folder(folder / ""); }), {"no folders"});
  std::filesystem::create_directory(folder / "cats");
  write_plainly(folder / "cats/notes.txt", bytes_of("none yet"));
  check_says(message_of<IoError>([&] { data::image_folder(folder / ""); }), {"cats'", ".png"});
  check_says(message_of<Error>([&] { data::image_folder(folder / "", {.height = 3}); }), {"height of 3", "width of 0"});
}
