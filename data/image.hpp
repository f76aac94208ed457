#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <data/dataset.hpp>
#include <data/files.hpp>

/// Pictures in files. They are decoded by stb_image where xtape was built with it (docs/building.md); without it, what
/// reads them throws an Error that says so. stb_image is not hardened against files made to do harm.
namespace xtape::data {

/// Whether xtape was built with a decoder.
bool can_read_images() noexcept;

struct ImageOptions {
  std::size_t channels = 0;  ///< 1 grey, 2 grey with alpha, 3 colour, 4 colour with alpha; 0: those of the file
};

/// The pixels of a PNG or JPEG file, uint8 (C, H, W). Throws IoError naming the file where it is missing or damaged.
/// Example: `data::ToFloat()(data::read_image("cat.jpg", {.channels = 3}))`.
Tensor read_image(const std::filesystem::path& path, ImageOptions options = {});
/// The same from memory; `name` stands for the file in messages.
Tensor read_image(ByteSpan bytes, const std::string& name, ImageOptions options = {});

struct ImageFolderOptions {
  std::size_t channels = 3;
  std::size_t height =
      0;  ///< with `width`: the size that images of another one are brought to, by bilinear interpolation
  std::size_t width = 0;
};

/// A data set of pictures and what its classes are called.
struct ImageFolder {
  Dataset dataset;
  std::vector<std::string> classes;
  std::vector<std::filesystem::path> files;  ///< of each sample
};

/// The .png, .jpg and .jpeg files in the folders of `folder`, of which each is a class: class numbers and samples are
/// in the alphabetical order of their names. Inputs (C, H, W) float32 in [0, 1], targets int64. Files are read when
/// their samples are, by a DataLoader's workers if it has some. Throws IoError where there are no such folders or one
/// is empty, later where a file is damaged, or of another size than asked for: without a size, than the first. Example:
/// `auto [photos, classes, files] = data::image_folder("flowers", {.height = 64, .width = 64});`
ImageFolder image_folder(const std::filesystem::path& folder, ImageFolderOptions options = {});

}  // namespace xtape::data
