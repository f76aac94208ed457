#include <cstdlib>
#include <xtape.hpp>

#include <expectations.hpp>
#include <scratch_files.hpp>

using namespace xtape;

namespace {

// The four files with a few images; labels count up.
void write_small_mnist(const ScratchFolder& folder, const std::string& suffix) {
  for (const auto& [part, count] : {std::pair<std::string, double>{"train", 6}, {"t10k", 3}}) {
    const auto images = static_cast<std::size_t>(count);
    data::write_idx(folder / (part + "-images-idx3-ubyte" + suffix), full({images, 28, 28}, 51, {.dtype = uint8}));
    data::write_idx(folder / (part + "-labels-idx1-ubyte" + suffix), arange(count, {.dtype = uint8}));
  }
}

}  // namespace

TEST_CASE("MNIST files are read plain and gzipped, from any folder") {
  for (const char* suffix : {"", ".gz"}) {
    const ScratchFolder folder;
    write_small_mnist(folder, suffix);
    for (const auto& [train, test] : {data::mnist(folder / ""), data::fashion_mnist(folder / "")}) {
      CHECK(train.inputs().shape() == Shape({6, 1, 28, 28}));
      CHECK(train.inputs().dtype() == float32);
      CHECK(train.inputs().item<float>(100) == 0.2f);
      CHECK(identical(test.targets(), Tensor(xt::xarray<std::int64_t>{0, 1, 2})));
    }
  }
}

TEST_CASE("a missing MNIST file is named, with how to get it") {
  const ScratchFolder folder;
  write_small_mnist(folder, "");
  std::filesystem::remove(folder / "t10k-labels-idx1-ubyte");
  const std::string missing = message_of<IoError>([&] { data::mnist(folder / ""); });
  check_says(missing, {"/t10k-labels-idx1-ubyte'", "/t10k-labels-idx1-ubyte.gz'", "four original files"});
  check_says(message_of<IoError>([&] { data::fashion_mnist(folder / ""); }),
             {"/t10k-labels-idx1-ubyte.gz'", "apt-get install dataset-fashion-mnist"});
  check_says(message_of<IoError>([&] { data::mnist(folder / "none"); }), {"none/train-images-idx3-ubyte.gz'"});
}

TEST_CASE("files that are no MNIST are named") {
  const ScratchFolder folder;
  write_small_mnist(folder, "");
  const auto message = [&] { return message_of<IoError>([&] { data::mnist(folder / ""); }); };
  data::write_idx(folder / "t10k-labels-idx1-ubyte", Tensor(xt::xarray<std::uint8_t>{1, 2, 10}));
  check_says(message(), {"t10k-labels-idx1-ubyte'", "label at 2 is 10", "0 to 9"});
  data::write_idx(folder / "t10k-labels-idx1-ubyte", Tensor(xt::xarray<std::uint8_t>{1, 2}));
  check_says(message(), {"t10k-labels-idx1-ubyte'", "(2,)", "3 images"});
  data::write_idx(folder / "train-images-idx3-ubyte", zeros({6, 28, 27}, {.dtype = uint8}));
  check_says(message(), {"train-images-idx3-ubyte'", "(6, 28, 27)", "(N, 28, 28)"});
}

TEST_CASE("the original MNIST files") {
  const char* folder = std::getenv("XTAPE_MNIST");
  if (!folder) {
    MESSAGE("XTAPE_MNIST is not set: the MNIST files were not read");
    return;
  }
  const auto [train, test] = data::mnist(folder);
  CHECK(train.size() == 60000);
  CHECK(test.inputs().shape() == Shape({10000, 1, 28, 28}));
  CHECK(amax(test.inputs()).item() == 1.0);
  CHECK(amin(train.inputs()).item() == 0.0);
  CHECK(train.targets().item<std::int64_t>(0) == 5);
  CHECK(test.targets().item<std::int64_t>(0) == 7);
}

TEST_CASE("the Fashion-MNIST files of Debian's package") {
  if (!std::filesystem::exists("/usr/share/datasets/fashion-mnist")) {
    MESSAGE("the package dataset-fashion-mnist is not installed: its files were not read");
    return;
  }
  const auto [train, test] = data::fashion_mnist();
  CHECK(train.inputs().shape() == Shape({60000, 1, 28, 28}));
  CHECK(test.size() == 10000);
  CHECK(train.targets().item<std::int64_t>(0) == 9);
}
