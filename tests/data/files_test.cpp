#include <xtape.hpp>

#include <expectations.hpp>
#include <scratch_files.hpp>

using namespace xtape;
using data::Bytes;
using data::ByteSpan;

TEST_CASE("a file that cannot be read is named") {
  const ScratchFolder folder;
  check_says(message_of<IoError>([&] { data::read_file(folder / "none"); }), {"/none'", "No such file"});
  std::filesystem::create_directory(folder / "folder");
  check_says(message_of<IoError>([&] { data::read_file(folder / "folder"); }), {"/folder'", "not a regular file"});
  write_plainly(folder / "a", bytes_of({1, 2}));
  CHECK(data::read_file(folder / "a") == bytes_of({1, 2}));
  data::InputFile file(folder / "a");
  CHECK(file.size() == 2);
  char buffer[3];
  check_says(message_of<IoError>([&] { file.read(buffer, 3); }), {"/a'", "2 bytes", "3 were expected"});
}

TEST_CASE("gzip round trips, at sizes around its buffers") {
  for (const std::size_t size : std::vector<std::size_t>{0, 1, 65535, 65536, 65537, 131072, 1000000}) {
    Bytes contents(size);
    random::Generator generator(size);
    for (std::byte& byte : contents) byte = static_cast<std::byte>(generator.below(7));
    const Bytes packed = data::gzip(contents);
    CHECK(data::is_gzip(packed));
    CHECK(packed == data::gzip(contents));
    CHECK(data::gunzip(packed, "test") == contents);
  }
}

TEST_CASE("gunzip reads members one after another and what compresses a thousandfold") {
  Bytes packed = data::gzip(bytes_of({1, 2}));
  const Bytes second = data::gzip(Bytes(3000000));
  packed.insert(packed.end(), second.begin(), second.end());
  const Bytes contents = data::gunzip(packed, "test");
  CHECK(contents.size() == 3000002);
  CHECK(contents[1] == std::byte{2});
}

TEST_CASE("damaged gzip data are refused") {
  const Bytes packed = data::gzip(bytes_of("some text that is worth keeping"));
  for (std::size_t size = 2; size < packed.size(); ++size) {
    const std::string message = message_of<IoError>([&] { data::gunzip(ByteSpan(packed).first(size), "'cut'"); });
    check_says(message, {"'cut'", "truncated"});
  }
  Bytes wrong_checksum = packed;
  wrong_checksum[packed.size() - 8] ^= std::byte{1};
  check_says(message_of<IoError>([&] { data::gunzip(wrong_checksum, "'bad'"); }), {"'bad'", "damaged", "check"});
  Bytes trailing = packed;
  trailing.push_back(std::byte{7});
  trailing.push_back(std::byte{7});
  check_says(message_of<IoError>([&] { data::gunzip(trailing, "'bad'"); }), {"'bad'", "damaged", "header"});
}

TEST_CASE("byte_count tells what does not fit") {
  CHECK(data::byte_count(Shape({}), 8) == 8);
  CHECK(data::byte_count(Shape({2, 3}), 4) == 24);
  CHECK(data::byte_count(Shape({std::size_t{1} << 40, 0, 3}), 4) == 0);
  CHECK_FALSE(data::byte_count(Shape({std::size_t{1} << 40, std::size_t{1} << 40, 0}), 4).has_value());
  CHECK_FALSE(data::byte_count(Shape({std::size_t{1} << 32, std::size_t{1} << 32}), 1).has_value());
  CHECK_FALSE(data::byte_count(Shape({std::size_t{1} << 62}), 8).has_value());
}
