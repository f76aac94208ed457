#include <xtape.hpp>

#include <expectations.hpp>
#include <scratch_files.hpp>

using namespace xtape;

namespace {

// Records of label bytes and an image in which channel c has the value 50 c + `value`, plus 1 in the last pixel.
data::Bytes records(const std::vector<std::vector<int>>& labels, int value) {
  data::Bytes bytes;
  for (const auto& own : labels) {
    for (const int label : own) bytes.push_back(static_cast<std::byte>(label));
    for (int channel = 0; channel < 3; ++channel) {
      bytes.insert(bytes.end(), 32 * 32, static_cast<std::byte>(50 * channel + value));
      bytes.back() = static_cast<std::byte>(50 * channel + value + 1);
    }
  }
  return bytes;
}

void write_cifar10(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  for (int batch = 1; batch <= 5; ++batch) {
    write_plainly(folder / ("data_batch_" + std::to_string(batch) + ".bin"), records({{batch}, {9}}, batch));
  }
  write_plainly(folder / "test_batch.bin", records({{0}, {7}, {3}}, 100));
}

}  // namespace

TEST_CASE("CIFAR-10 is read from its folder, or from the one that holds it") {
  const ScratchFolder folder;
  write_cifar10(folder / "here");
  write_cifar10(folder / "below/cifar-10-batches-bin");
  for (const char* place : {"here", "below"}) {
    const auto [train, test] = data::cifar10(folder / place);
    CHECK(train.size() == 10);
    CHECK(identical(train.targets(), Tensor(xt::xarray<std::int64_t>{1, 9, 2, 9, 3, 9, 4, 9, 5, 9})));
    CHECK(identical(test.targets(), Tensor(xt::xarray<std::int64_t>{0, 7, 3})));
    const Tensor image = train[4].first;
    CHECK(image.shape() == Shape({3, 32, 32}));
    CHECK(image.dtype() == float32);
    CHECK(image.item<float>(0) == 3.0f / 255.0f);
    CHECK(image.item<float>(1023) == 4.0f / 255.0f);
    CHECK(image.item<float>(1024) == 53.0f / 255.0f);
    CHECK(image.item<float>(-1) == 104.0f / 255.0f);
    CHECK(test.inputs().shape() == Shape({3, 3, 32, 32}));
  }
}

TEST_CASE("CIFAR-100 has fine and coarse labels") {
  const ScratchFolder folder;
  write_plainly(folder / "train.bin", records({{19, 99}, {4, 0}}, 1));
  write_plainly(folder / "test.bin", records({{3, 50}}, 2));
  const auto [train, test] = data::cifar100(folder / "");
  CHECK(identical(train.targets(), Tensor(xt::xarray<std::int64_t>{99, 0})));
  CHECK(test[0].first.item<float>(0) == 2.0f / 255.0f);
  CHECK(identical(data::cifar100(folder / "", {.coarse = true}).train.targets(),
                  Tensor(xt::xarray<std::int64_t>{19, 4})));
}

TEST_CASE("missing and damaged CIFAR files are named") {
  const ScratchFolder folder;
  write_cifar10(folder / "");
  std::filesystem::remove(folder / "data_batch_4.bin");
  const auto message = [&] { return message_of<IoError>([&] { data::cifar10(folder / ""); }); };
  check_says(message(), {"/data_batch_4.bin'", "cifar-10-batches-bin/data_batch_4.bin'", "cifar-10-binary.tar.gz"});
  write_plainly(folder / "data_batch_4.bin", data::Bytes(3072));
  check_says(message(), {"/data_batch_4.bin'", "3072 bytes", "3073 for each image"});
  write_plainly(folder / "data_batch_4.bin", records({{1}, {10}}, 0));
  check_says(message(), {"/data_batch_4.bin'", "image 1 is 10", "0 to 9"});
  write_plainly(folder / "data_batch_4.bin", {});
  check_says(message(), {"/data_batch_4.bin'", "0 bytes"});
  check_says(message_of<IoError>([&] { data::cifar100(folder / ""); }), {"/train.bin'", "cifar-100-binary.tar.gz"});
}
