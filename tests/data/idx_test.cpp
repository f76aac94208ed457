#include <limits>
#include <xtape.hpp>

#include <expectations.hpp>
#include <scratch_files.hpp>

using namespace xtape;
using data::Bytes;

TEST_CASE("IDX bytes of every type code, written by hand, are read") {
  const auto read = [](std::initializer_list<int> values) { return data::read_idx(bytes_of(values), "test"); };

  CHECK(identical(read({0, 0, 0x08, 1, 0, 0, 0, 3, 0, 7, 255}), Tensor(xt::xarray<std::uint8_t>{0, 7, 255})));
  CHECK(identical(read({0, 0, 0x09, 1, 0, 0, 0, 2, 0x80, 0x7f}), Tensor(xt::xarray<std::int64_t>{-128, 127})));
  CHECK(
      identical(read({0, 0, 0x0B, 1, 0, 0, 0, 2, 0x01, 0x02, 0xff, 0xfe}), Tensor(xt::xarray<std::int64_t>{258, -2})));
  CHECK(identical(read({0, 0, 0x0C, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 1, 0, 0, 0xff, 0xff, 0xff, 0xff}),
                  Tensor(xt::xarray<std::int64_t>{{65536, -1}})));
  CHECK(identical(read({0, 0, 0x0D, 1, 0, 0, 0, 2, 0x3f, 0x80, 0, 0, 0xc0, 0x20, 0, 0}),
                  Tensor(xt::xarray<float>{1.0f, -2.5f})));
  CHECK(identical(read({0, 0, 0x0E, 1, 0, 0, 0, 1, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0}), Tensor(xt::xarray<double>{1.5})));
}

TEST_CASE("IDX holds scalars and empty arrays") {
  CHECK(identical(data::read_idx(bytes_of({0, 0, 0x08, 0, 42}), "test"), Tensor(std::uint8_t{42})));
  const Tensor empty = data::read_idx(bytes_of({0, 0, 0x0D, 2, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff}), "test");
  CHECK(empty.shape() == Shape({0, 0xffffffff}));
  CHECK(empty.dtype() == float32);
}

TEST_CASE("IDX files are written byte for byte") {
  const ScratchFolder folder;
  data::write_idx(folder / "a", Tensor(xt::xarray<std::int64_t>{{1, -2}}));
  CHECK(data::read_file(folder / "a") ==
        bytes_of({0, 0, 0x0C, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xfe}));
}

TEST_CASE("IDX files of every dtype round trip, plain and gzipped") {
  const ScratchFolder folder;
  const Tensor arrays[] = {randn({3, 4, 5}),
                           randn({2, 0}),
                           randn({}, {.dtype = float64}),
                           randn({7}, {.dtype = float64}),
                           randint(-1000, 1000, {2, 1, 3, 1, 2}),
                           astype(randint(0, 256, {100, 10}), uint8)};
  for (const Tensor& array : arrays) {
    for (const char* name : {"a", "a.gz"}) {
      data::write_idx(folder / name, array);
      CHECK(identical(data::read_idx(folder / name), array));
    }
  }
  CHECK(data::is_gzip(data::read_file(folder / "a.gz")));
  CHECK_FALSE(data::is_gzip(data::read_file(folder / "a")));

  data::write_idx(folder / "a", transpose(reshape(arange(6), {2, 3})));
  CHECK(identical(data::read_idx(folder / "a"), Tensor(xt::xarray<float>{{0, 3}, {1, 4}, {2, 5}})));
  data::write_idx(folder / "a", Tensor(xt::xarray<bool>{true, false}));
  CHECK(identical(data::read_idx(folder / "a"), Tensor(xt::xarray<std::uint8_t>{1, 0})));
  CHECK(folder.entries() == 2);
}

TEST_CASE("every damage to an IDX file is named") {
  const auto message = [](std::initializer_list<int> values) {
    return message_of<IoError>([&] { data::read_idx(bytes_of(values), "'file'"); });
  };
  check_says(message({}), {"'file'", "starts with 4 bytes", "has 0"});
  check_says(message({0, 0, 8}), {"'file'", "starts with 4 bytes", "has 3"});
  check_says(message({0x89, 0x50, 8, 1, 0, 0, 0, 0}), {"'file'", "0x00 0x00", "0x89 0x50"});
  check_says(message({0, 0, 0x0A, 1, 0, 0, 0, 0}), {"'file'", "unknown IDX type code 0x0a", "0x08", "0x0e (double)"});
  check_says(message({0, 0, 0x08, 2, 0, 0, 0, 1, 0}), {"'file'", "2 axes takes 12 bytes", "ends after 9"});
  check_says(message({0, 0, 0x08, 1, 0, 0, 0, 3, 1, 2}),
             {"'file'", "(3,)", "unsigned byte", "3 bytes", "2 follow", "truncated"});
  check_says(message({0, 0, 0x0B, 1, 0, 0, 0, 1, 1, 2, 3}), {"'file'", "short", "2 bytes", "3 follow", "trailing"});
  check_says(message({0, 0, 0x0E, 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}),
             {"'file'", "4294967295", "more bytes than memory has addresses", "truncated"});
  check_says(message({0, 0, 0x08, 2, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}), {"'file'", "truncated"});
  check_says(message({0x1f, 0x8b, 8, 0}), {"'file'", "gzip", "truncated"});
}

TEST_CASE("damage inside a gzipped IDX file names the file, too") {
  const ScratchFolder folder;
  write_plainly(folder / "short.gz", data::gzip(bytes_of({0, 0, 0x08, 1, 0, 0, 0, 9, 1})));
  check_says(message_of<IoError>([&] { data::read_idx(folder / "short.gz"); }), {"short.gz'", "9 bytes", "1 follow"});
  check_says(message_of<IoError>([&] { data::read_idx(folder / "none"); }), {"none'", "No such file"});
}

TEST_CASE("what IDX cannot hold is refused, and an old file survives") {
  const ScratchFolder folder;
  data::write_idx(folder / "a", ones({1}));
  const Tensor too_large(xt::xarray<std::int64_t>{1, std::int64_t{1} << 31});
  check_says(message_of<IoError>([&] { data::write_idx(folder / "a", too_large); }), {"/a'", "2147483648", "32-bit"});
  const Tensor too_long = zeros({0, std::size_t{1} << 32});
  check_says(message_of<IoError>([&] { data::write_idx(folder / "a", too_long); }), {"/a'", "(0, 4294967296)"});
  CHECK(identical(data::read_idx(folder / "a"), ones({1})));
  CHECK(folder.entries() == 1);
}
