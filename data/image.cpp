#include <autograd/ops/interpolate.hpp>
#include <autograd/ops/shape.hpp>
#include <data/image.hpp>
#include <data/image_decoder.hpp>
#include <data/transform.hpp>

#include <algorithm>

namespace xtape::data {

namespace fs = std::filesystem;

namespace {

// Channels one after another instead of side by side.
Tensor planes_of(const DecodedImage& image) {
  const Tensor result = Tensor::uninitialized({image.channels, image.height, image.width}, uint8);
  auto* to = static_cast<std::byte*>(result.mutable_data());
  const std::size_t pixels = image.height * image.width;
  for (std::size_t c = 0; c < image.channels; ++c) {
    for (std::size_t i = 0; i < pixels; ++i) *to++ = image.pixels[i * image.channels + c];
  }
  return result;
}

bool is_picture(const fs::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return extension == ".png" || extension == ".jpg" || extension == ".jpeg";
}

// What is in a folder and fits, by name.
template <class F>
std::vector<fs::path> entries(const fs::path& folder, const F& fits) {
  std::error_code error;
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (fits(entry.path())) paths.push_back(entry.path());
  }
  if (error) throw IoError(quoted(folder) + ": cannot be read: " + error.message());
  std::sort(paths.begin(), paths.end());
  return paths;
}

class Pictures final : public Source {
 public:
  Pictures(std::vector<fs::path> files, std::vector<std::int64_t> labels, const ImageFolderOptions& options)
      : m_files(std::move(files)), m_labels(std::move(labels)), m_options(options) {
    if (m_options.height > 0) return;
    const Tensor first = read_image(m_files[0], {m_options.channels});
    m_options.height = first.shape()[1];
    m_options.width = first.shape()[2];
    m_may_resize = false;
  }

  std::size_t size() const override { return m_files.size(); }

  Sample sample(std::size_t index) const override { return {image(m_files[index]), Tensor(m_labels[index])}; }

  Tensor targets() const override {
    const Tensor result = Tensor::uninitialized({m_labels.size()}, int64);
    std::copy(m_labels.begin(), m_labels.end(), static_cast<std::int64_t*>(result.mutable_data()));
    return result;
  }

 private:
  Tensor image(const fs::path& path) const {
    const Tensor pixels = ToFloat()(read_image(path, {m_options.channels}));
    const std::size_t height = pixels.shape()[1], width = pixels.shape()[2];
    if (height == m_options.height && width == m_options.width) return pixels;
    if (!m_may_resize) {
      throw IoError(quoted(path) + ": an image of " + std::to_string(height) + "x" + std::to_string(width) +
                    ", while " + quoted(m_files[0]) + " has " + std::to_string(m_options.height) + "x" +
                    std::to_string(m_options.width) + "; with a height and a width in the options, all are resized");
    }
    const InterpolateOptions options{.size = {m_options.height, m_options.width}, .mode = Interpolation::bilinear};
    return squeeze(interpolate(expand_dims(pixels, 0), options), {0});
  }

  std::vector<fs::path> m_files;
  std::vector<std::int64_t> m_labels;
  ImageFolderOptions m_options;
  bool m_may_resize = true;
};

}  // namespace

Tensor read_image(ByteSpan bytes, const std::string& name, ImageOptions options) {
  if (options.channels > 4) {
    throw Error("read_image: " + std::to_string(options.channels) +
                " channels; there may be 1 to 4, or 0 for the file's");
  }
  return planes_of(decode_image(bytes, name, options.channels));
}

Tensor read_image(const fs::path& path, ImageOptions options) {
  return read_image(read_file(path), quoted(path), options);
}

ImageFolder image_folder(const fs::path& folder, ImageFolderOptions options) {
  if ((options.height == 0) != (options.width == 0)) {
    throw Error("image_folder: a height of " + std::to_string(options.height) + " and a width of " +
                std::to_string(options.width) + "; give both, or none to keep the size of the images");
  }
  std::vector<std::string> classes;
  std::vector<fs::path> files;
  std::vector<std::int64_t> labels;
  for (const fs::path& path : entries(folder, [](const fs::path& entry) { return fs::is_directory(entry); })) {
    const std::vector<fs::path> pictures = entries(path, is_picture);
    if (pictures.empty()) throw IoError(quoted(path) + ": no .png, .jpg or .jpeg file in the folder of a class");
    files.insert(files.end(), pictures.begin(), pictures.end());
    labels.insert(labels.end(), pictures.size(), static_cast<std::int64_t>(classes.size()));
    classes.push_back(path.filename().string());
  }
  if (classes.empty()) throw IoError(quoted(folder) + ": no folders in it; each class has one, with its images");
  Dataset dataset(std::make_shared<Pictures>(files, std::move(labels), options));
  return {std::move(dataset), std::move(classes), std::move(files)};
}

}  // namespace xtape::data
