#include <data/cifar.hpp>
#include <data/files.hpp>
#include <data/transform.hpp>

#include <cstring>

namespace xtape::data {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t pixels = 3 * 32 * 32;

// Each record of a file is some label bytes and an image: red, green, blue, row by row.
struct Layout {
  std::size_t labels;  // bytes before each image
  std::size_t label;   // which of them is the target
  std::uint8_t classes;
  const char* subfolder;
  const char* archive;
};

fs::path find_file(const fs::path& folder, const std::string& name, const Layout& layout) {
  const fs::path here = folder / name, below = folder / layout.subfolder / name;
  if (fs::exists(here)) return here;
  if (fs::exists(below)) return below;
  throw IoError("neither " + quoted(here) + " nor " + quoted(below) + " exists; unpack " + layout.archive +
                " (the binary version, from https://www.cs.toronto.edu/~kriz/cifar.html) into that folder");
}

void append(const fs::path& path, const Layout& layout, Bytes& images, std::vector<std::int64_t>& labels) {
  const Bytes file = read_file(path);
  const std::size_t record = layout.labels + pixels;
  if (file.size() % record != 0 || file.empty()) {
    throw IoError(quoted(path) + ": has " + std::to_string(file.size()) + " bytes; a file of " + layout.archive +
                  " has " + std::to_string(record) + " for each image");
  }
  for (std::size_t at = 0; at < file.size(); at += record) {
    const auto label = std::to_integer<std::uint8_t>(file[at + layout.label]);
    if (label >= layout.classes) {
      throw IoError(quoted(path) + ": the label of image " + std::to_string(at / record) + " is " +
                    std::to_string(label) + "; labels are 0 to " + std::to_string(layout.classes - 1));
    }
    labels.push_back(label);
    const auto image = file.begin() + static_cast<std::ptrdiff_t>(at + layout.labels);
    images.insert(images.end(), image, image + pixels);
  }
}

Dataset read_part(const fs::path& folder, const std::vector<std::string>& names, const Layout& layout) {
  Bytes images;
  std::vector<std::int64_t> labels;
  for (const std::string& name : names) append(find_file(folder, name, layout), layout, images, labels);
  const Tensor inputs = Tensor::uninitialized({labels.size(), 3, 32, 32}, uint8);
  std::memcpy(inputs.mutable_data(), images.data(), images.size());
  const Tensor targets = Tensor::uninitialized({labels.size()}, int64);
  std::copy(labels.begin(), labels.end(), static_cast<std::int64_t*>(targets.mutable_data()));
  return Dataset(inputs, targets).map(ToFloat());
}

}  // namespace

Split cifar10(const fs::path& folder) {
  constexpr Layout layout{1, 0, 10, "cifar-10-batches-bin", "cifar-10-binary.tar.gz"};
  Dataset train = read_part(
      folder, {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"},
      layout);
  return {std::move(train), read_part(folder, {"test_batch.bin"}, layout)};
}

Split cifar100(const fs::path& folder, Cifar100Options options) {
  const std::size_t label = options.coarse ? 0 : 1;
  const std::uint8_t classes = options.coarse ? 20 : 100;
  const Layout layout{2, label, classes, "cifar-100-binary", "cifar-100-binary.tar.gz"};
  Dataset train = read_part(folder, {"train.bin"}, layout);
  return {std::move(train), read_part(folder, {"test.bin"}, layout)};
}

}  // namespace xtape::data
