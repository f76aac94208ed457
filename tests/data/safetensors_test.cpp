#include <sys/resource.h>

#include <cmath>
#include <csignal>
#include <cstring>
#include <xtape.hpp>

#include <expectations.hpp>
#include <scratch_files.hpp>

using namespace xtape;
using data::Bytes;

namespace {

// A file's bytes: the header's length, the header, the data.
Bytes file_of(const std::string& header, const Bytes& values) {
  Bytes bytes(8);
  const std::uint64_t length = header.size();
  std::memcpy(bytes.data(), &length, 8);
  const Bytes text = bytes_of(header);
  bytes.insert(bytes.end(), text.begin(), text.end());
  bytes.insert(bytes.end(), values.begin(), values.end());
  return bytes;
}

// What reading such a file gives, or says.
StateDict read(const Bytes& bytes) {
  const ScratchFolder folder;
  write_plainly(folder / "a.safetensors", bytes);
  return load(folder / "a.safetensors");
}

Tensor read_one(const std::string& dtype, const std::string& shape, std::initializer_list<int> values) {
  const std::string header = R"({"x":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":[0,)" +
                             std::to_string(values.size()) + "]}}";
  return read(file_of(header, bytes_of(values))).at("x");
}

void check_refused(const std::string& header, std::size_t data_bytes, std::initializer_list<const char*> parts) {
  const std::string message = message_of<IoError>([&] { read(file_of(header, Bytes(data_bytes))); });
  check_says(message, {"a.safetensors'"});
  check_says(message, parts);
}

// While it lives, no file may grow beyond a size: a full disk for tests.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(::rlim_t bytes) : m_handler(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &m_before);
    const ::rlimit limit{bytes, m_before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &m_before);
    std::signal(SIGXFSZ, m_handler);
  }

 private:
  ::rlimit m_before{};
  void (*m_handler)(int);
};

}  // namespace

TEST_CASE("a safetensors file is written byte for byte") {
  const ScratchFolder folder;
  save(folder / "a.safetensors", {{"w", Tensor(xt::xarray<float>{1.0f, -2.0f})}});
  Bytes expected = bytes_of({56, 0, 0, 0, 0, 0, 0, 0});
  const Bytes header = bytes_of(R"({"w":{"data_offsets":[0,8],"dtype":"F32","shape":[2]}}  )");
  const Bytes values = bytes_of({0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0});
  expected.insert(expected.end(), header.begin(), header.end());
  expected.insert(expected.end(), values.begin(), values.end());
  CHECK(data::read_file(folder / "a.safetensors") == expected);
}

TEST_CASE("a state dict of every dtype and shape round trips") {
  const ScratchFolder folder;
  const StateDict tensors = {
      {"layer.0.weight", randn({3, 4})},
      {"layer.0.bias", randn({3}, {.dtype = float64})},
      {"flags", Tensor(xt::xarray<bool>{true, false, true})},
      {"bytes", Tensor(xt::xarray<std::uint8_t>{{0, 255}})},
      {"steps", Tensor(std::int64_t{1} << 40)},
      {"empty", zeros({0, 3})},
      {"transposed", transpose(randn({2, 3}))},
      {"tr\xc3\xa4"
       "ge \"quoted\"",
       ones({1, 1, 1, 1, 1, 2})},
  };
  save(folder / "a.safetensors", tensors);
  const StateDict back = load(folder / "a.safetensors");
  CHECK(back.size() == tensors.size());
  for (const auto& entry : tensors) {
    INFO(entry.first);
    REQUIRE(back.contains(entry.first));
    CHECK(identical(back.at(entry.first), entry.second));
    CHECK_FALSE(back.at(entry.first).requires_grad());
  }
  save(folder / "b.safetensors", back);
  CHECK(data::read_file(folder / "b.safetensors") == data::read_file(folder / "a.safetensors"));

  save(folder / "a.safetensors", {});
  CHECK(load(folder / "a.safetensors").empty());
  CHECK(folder.entries() == 2);
}

TEST_CASE("parameters are saved without their history") {
  const ScratchFolder folder;
  const Tensor weight = randn({2, 2}, {.requires_grad = true});
  save(folder / "a.safetensors", {{"w", weight}, {"twice", weight * 2.0}});
  CHECK(identical(load(folder / "a.safetensors").at("w"), weight.detach()));
}

TEST_CASE("values of the other safetensors types are converted") {
  CHECK(identical(read_one("I8", "[2]", {0x80, 5}), Tensor(xt::xarray<std::int64_t>{-128, 5})));
  CHECK(identical(read_one("I16", "[1]", {0xfe, 0xff}), Tensor(xt::xarray<std::int64_t>{-2})));
  CHECK(identical(read_one("U16", "[1]", {0xfe, 0xff}), Tensor(xt::xarray<std::int64_t>{65534})));
  CHECK(identical(read_one("I32", "[]", {0xfd, 0xff, 0xff, 0xff}), Tensor(std::int64_t{-3})));
  CHECK(identical(read_one("U32", "[1,1]", {0xff, 0xff, 0xff, 0xff}), full({1, 1}, 4294967295, {.dtype = int64})));
  CHECK(identical(read_one("BOOL", "[3]", {0, 1, 2}), Tensor(xt::xarray<bool>{false, true, true})));
  CHECK(identical(read_one("BF16", "[2]", {0x80, 0x3f, 0x20, 0xc0}), Tensor(xt::xarray<float>{1.0f, -2.5f})));
}

TEST_CASE("half precision values are exact") {
  // One, -2, the largest, the smallest normal, the smallest of all, minus zero.
  const Tensor x = read_one("F16", "[6]", {0x00, 0x3c, 0x00, 0xc0, 0xff, 0x7b, 0x00, 0x04, 0x01, 0x00, 0x00, 0x80});
  CHECK(identical(x, Tensor(xt::xarray<float>{1.0f, -2.0f, 65504.0f, 0x1p-14f, 0x1p-24f, -0.0f})));
  CHECK(std::signbit(x.item<float>(5)));
  const Tensor special = read_one("F16", "[3]", {0x00, 0x7c, 0x00, 0xfc, 0x01, 0x7e});
  CHECK(special.item(0) == INFINITY);
  CHECK(special.item(1) == -INFINITY);
  CHECK(std::isnan(special.item(2)));
}

TEST_CASE("metadata, unknown fields and any order of names are accepted") {
  const std::string header = R"({"__metadata__":{"format":"pt"},
    "b":{"dtype":"U8","shape":[1],"data_offsets":[2,3],"note":1},"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}  )";
  const StateDict tensors = read(file_of(header, bytes_of({1, 2, 3})));
  CHECK(tensors.size() == 2);
  CHECK(identical(tensors.at("a"), Tensor(xt::xarray<std::uint8_t>{1, 2})));
  CHECK(identical(tensors.at("b"), Tensor(xt::xarray<std::uint8_t>{3})));
}

TEST_CASE("a damaged safetensors header is named") {
  const auto message = [](const Bytes& bytes) { return message_of<IoError>([&] { read(bytes); }); };
  check_says(message(bytes_of("short")), {"a.safetensors'", "8 bytes", "has 5"});
  check_says(message(bytes_of("not a header")), {"a.safetensors'", "4 bytes do", "no safetensors file"});
  check_says(message(bytes_of({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})),
             {"18446744073709551615 bytes follows"});
  check_refused("", 0, {"not JSON"});
  check_refused("{\"w\":", 0, {"not JSON"});
  check_refused("{} {}", 0, {"not JSON"});
  check_refused("[1, 2]", 0, {"not a JSON object"});
  check_refused(
      R"({"w":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"w":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})", 0,
      {"'w' twice"});
}

TEST_CASE("a wrong description of a tensor is named") {
  check_refused(R"({"w":7})", 0, {"'w'", "expected {", "found 7"});
  check_refused(R"({"w":{"dtype":"F32","shape":[1]}})", 4, {"'w'", "expected {", "found {"});
  check_refused(R"({"w":{"dtype":1,"shape":[1],"data_offsets":[0,4]}})", 4, {"'w'", "expected {"});
  check_refused(R"({"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 4, {"'w'", "expected {"});
  check_refused(R"({"w":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}})", 4, {"'w'", "expected {"});
  check_refused(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", 4, {"'w'", "expected {"});
  check_refused(R"({"w":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}})", 1, {"'w'", "'F8_E4M3'", "BOOL, U8"});
}

TEST_CASE("a wrong layout of the data is named") {
  check_refused(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 4, {"'w'", "[0, 8)", "4 bytes"});
  check_refused(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", 4, {"'w'", "[4, 0)"});
  check_refused(R"({"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", 8, {"'w'", "(3,)", "takes 12 bytes"});
  check_refused(R"({"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}})", 8,
                {"'w'", "more than 2^63"});
  check_refused(
      R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})", 3,
      {"'b'", "overlapping", "ends at 2"});
  check_refused(
      R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}})", 3,
      {"'b'", "gap", "ends at 1"});
  check_refused(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 3, {"2 bytes follow", "end at 1"});
}

TEST_CASE("a save that fails leaves the old file") {
  const ScratchFolder folder;
  const auto path = folder / "a.safetensors";
  save(path, {{"w", ones({2})}});
  check_says(message_of<IoError>([&] {
               save(path, {{"__metadata__", ones({1})}});
             }),
             {"a.safetensors'", "__metadata__"});
  check_says(message_of<IoError>([&] { save(path, {{"\xff", ones({1})}}); }), {"a.safetensors'", "UTF-8"});
  CHECK_THROWS_AS(save(path, {{"undefined", Tensor()}}), Error);
  check_says(message_of<IoError>([&] {
               const FileSizeLimit limit(1000);
               save(path, {{"w", ones({5000})}});
             }),
             {"a.safetensors", "cannot write"});
  CHECK(identical(load(path).at("w"), ones({2})));
  CHECK(folder.entries() == 1);

  std::filesystem::create_directory(folder / "b.safetensors");
  check_says(message_of<IoError>([&] { save(folder / "b.safetensors", {}); }), {"b.safetensors'"});
  CHECK(folder.entries() == 2);
}

TEST_CASE("files of other kinds, missing files and missing folders are named") {
  const ScratchFolder folder;
  check_says(message_of<IoError>([&] { (void)load(folder / "a.pth"); }), {"a.pth'", "'.pth'", ".safetensors"});
  check_says(message_of<IoError>([&] { save(folder / "weights", {}); }), {"weights'", "no extension", ".safetensors"});
  check_says(message_of<IoError>([&] { (void)load(folder / "a.safetensors"); }), {"a.safetensors'", "No such file"});
  check_says(message_of<IoError>([&] { save(folder / "no/a.safetensors", {}); }), {"no/a.safetensors", "No such file"});
  CHECK(folder.entries() == 0);
}
