#include <cmath>
#include <xtape.hpp>

#include <expectations.hpp>
#include <folder.hpp>
#include <scratch_files.hpp>

using namespace xtape;
using data::Bytes;

namespace {

// Files that NumPy wrote (tests/data/numpy/generate.py).
const std::filesystem::path numpy_files = tests_folder() / "data/numpy";

const Tensor values = xt::xarray<std::int64_t>{{0, 1, 2}, {3, 100, 5}};

// A .npy file: the version, the header's length, the header, the data.
Bytes npy_of(const std::string& header, const Bytes& data = {}, const std::string& version = std::string("\1\0", 2)) {
  Bytes bytes = bytes_of("\x93NUMPY" + version);
  bytes.push_back(static_cast<std::byte>(header.size() & 0xff));
  bytes.push_back(static_cast<std::byte>(header.size() >> 8));
  const Bytes text = bytes_of(header);
  bytes.insert(bytes.end(), text.begin(), text.end());
  bytes.insert(bytes.end(), data.begin(), data.end());
  return bytes;
}

std::string header_of(const std::string& type, const std::string& shape) {
  return "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
}

// What reading such bytes gives.
Tensor read(const Bytes& bytes) {
  std::size_t position = 0;
  return data::npy::read({"test", bytes.size(), [&](void* to, std::size_t count) {
                            REQUIRE(position + count <= bytes.size());
                            if (count > 0) std::memcpy(to, bytes.data() + position, count);
                            position += count;
                          }});
}

void check_refused(const Bytes& bytes, std::initializer_list<const char*> parts) {
  const std::string message = message_of<IoError>([&] { read(bytes); });
  check_says(message, {"test: "});
  check_says(message, parts);
}

// Any damage is an error or goes unnoticed; it never does harm.
template <class F>
std::size_t errors_of_damage(const Bytes& whole, const F& read_bytes) {
  std::size_t errors = 0;
  const auto attempt = [&](const Bytes& bytes) {
    try {
      read_bytes(bytes);
    } catch (const IoError&) {
      ++errors;
    }
  };
  for (std::size_t length = 0; length < whole.size(); ++length)
    attempt(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
  CHECK(errors == whole.size());
  for (std::size_t place = 0; place < whole.size(); ++place) {
    for (const int flip : {0x01, 0x80, 0xff}) {
      Bytes damaged = whole;
      damaged[place] ^= static_cast<std::byte>(flip);
      attempt(damaged);
    }
  }
  return errors - whole.size();
}

}  // namespace

TEST_CASE("npy files of every format version are read") {
  for (const char* name : {"format1.npy", "format2.npy", "format3.npy"}) {
    CHECK(identical(data::npy::load(numpy_files / name), astype(values, float64)));
  }
  CHECK(identical(load(numpy_files / "format1.npy").at("format1"), astype(values, float64)));
}

TEST_CASE("npz members of every type, byte order and order of axes are read") {
  StateDict arrays = load(numpy_files / "deflated.npz");
  CHECK(arrays.size() == 23);
  CHECK(identical(arrays.at("fortran3"), astype(reshape(arange(24), {2, 3, 4}), int64)));
  arrays.erase("fortran3");
  for (const auto& entry : arrays) {
    const auto& [name, array] = entry;
    INFO(entry.first);
    const std::string code = name.substr(name.find_first_not_of("<>"));
    const DType dtype = code == "?"                         ? boolean
                        : code == "u1"                      ? uint8
                        : code == "f8" || code == "fortran" ? float64
                        : code[0] == 'f'                    ? float32
                                                            : int64;
    CHECK(array.is_contiguous());
    CHECK(identical(array, astype(values, dtype)));
  }
}

TEST_CASE("npz files that numpy.savez wrote are read") {
  const StateDict arrays = data::npz::load(numpy_files / "stored.npz");
  CHECK(arrays.size() == 4);
  CHECK(identical(arrays.at("layer.0/w"), Tensor(xt::xarray<float>{{0.5f, -1.5f}})));
  CHECK(identical(arrays.at("scalar"), Tensor(2.5)));
  CHECK(identical(arrays.at("empty"), zeros({2, 0}, {.dtype = float64})));
  CHECK(identical(arrays.at("gr\xc3\xb6\xc3\x9f"
                            "e"),
                  values));
  check_says(message_of<IoError>([&] { (void)load(numpy_files / "unsupported.npz"); }),
             {"unsupported.npz': member 'complex.npy'", "'<c16'", "b1, u1, i8, f4, f8"});
}

TEST_CASE("npy files are written as NumPy writes them") {
  const ScratchFolder folder;
  data::npy::save(folder / "a.npy", astype(values, float64));
  CHECK(data::read_file(folder / "a.npy") == data::read_file(numpy_files / "format1.npy"));
}

TEST_CASE("npy and npz files of every dtype and shape round trip") {
  const ScratchFolder folder;
  const StateDict tensors = {
      {"weight", randn({3, 4})},
      {"bias", randn({3}, {.dtype = float64, .requires_grad = true})},
      {"flags", Tensor(xt::xarray<bool>{true, false, true})},
      {"bytes", Tensor(xt::xarray<std::uint8_t>{{0, 255}})},
      {"steps", Tensor(std::int64_t{1} << 40)},
      {"empty", zeros({0, 3})},
      {"transposed", transpose(randn({2, 3}))},
      {"long/\xc3\xa4", randn({300, 200})},
  };
  for (const bool compressed : {false, true}) {
    data::npz::save(folder / "a.npz", tensors, {.compressed = compressed});
    const StateDict back = load(folder / "a.npz");
    CHECK(back.size() == tensors.size());
    for (const auto& entry : tensors) {
      INFO(entry.first);
      REQUIRE(back.contains(entry.first));
      CHECK(identical(back.at(entry.first), entry.second));
      CHECK_FALSE(back.at(entry.first).requires_grad());
    }
    data::npz::save(folder / "b.npz", back, {.compressed = compressed});
    CHECK(data::read_file(folder / "b.npz") == data::read_file(folder / "a.npz"));
  }
  for (const auto& entry : tensors) {
    save(folder / "x.npy", {entry});
    CHECK(identical(load(folder / "x.npy").at("x"), entry.second));
  }
  save(folder / "a.npz", {});
  CHECK(load(folder / "a.npz").empty());
  CHECK(folder.entries() == 3);
}

TEST_CASE("repeated values shrink where npz is compressed") {
  const ScratchFolder folder;
  data::npz::save(folder / "a.npz", {{"x", zeros({100, 100})}}, {.compressed = true});
  CHECK(std::filesystem::file_size(folder / "a.npz") < 1000);
  CHECK(identical(load(folder / "a.npz").at("x"), zeros({100, 100})));
}

TEST_CASE("npy headers may be laid out otherwise") {
  const Bytes one = bytes_of({7});
  CHECK(identical(read(npy_of(R"({"shape":(1L,),"fortran_order":True,"descr":"|u1"})", one)),
                  Tensor(xt::xarray<std::uint8_t>{7})));
  CHECK(identical(read(npy_of("{ 'descr' : '=i1' , 'fortran_order' : False , 'shape' : ( ) }  \n", one)),
                  Tensor(std::int64_t{7})));
  CHECK(identical(read(npy_of(header_of(">u1", "(1)"), one)), Tensor(xt::xarray<std::uint8_t>{7})));
}

TEST_CASE("a damaged npy header is named") {
  check_refused(bytes_of("\x93NUM"), {"10 bytes", "has 4"});
  check_refused(bytes_of("not an array"), {"no NumPy array"});
  check_refused(npy_of("", {}, std::string("\4\0", 2)), {"4.0 is unknown"});
  check_refused(bytes_of({0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0, 0xff, 0xff, 0xff, 0xff}),
                {"4294967295 bytes", "0 bytes do"});
  check_refused(npy_of(""), {"expected {"});
  check_refused(npy_of("{'descr': '<f8', 'shape': ()}"), {"expected the keys"});
  check_refused(npy_of("{'descr': '<f8', 'descr': '<f8'}"), {"'descr' is unknown or named twice"});
  check_refused(npy_of("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': ()}"), {"records"});
  check_refused(npy_of("{'descr: 8"), {"does not end"});
  check_refused(npy_of(header_of("<f8", "3")), {"expected ("});
  check_refused(npy_of(header_of("<f8", "(-3,)")), {"expected a size"});
  check_refused(npy_of(header_of("<f8", "(99999999999999999999,)")), {"expected a size"});
  check_refused(npy_of(header_of("<f8", "(3 4)")), {"expected , or )"});
  std::string many = "(";
  for (int i = 0; i < 65; ++i) many += "1,";
  check_refused(npy_of(header_of("<f8", many + ")")), {"more than 64 axes"});
  check_refused(npy_of(header_of("<f8", "()") + "x"), {"follows the dictionary"});
  check_refused(npy_of("{'descr': '<f8', 'fortran_order': 1, 'shape': ()}"), {"True or False"});
  check_refused(npy_of(header_of("|O", "()")), {"'|O'"});
  check_refused(npy_of(header_of("", "()")), {"unknown NumPy type ''"});
}

TEST_CASE("a shape at odds with an npy file's size is named") {
  check_refused(npy_of(header_of("<f4", "(2,)"), Bytes(7)), {"(2,) of '<f4', 8 bytes; 7 follow it", "truncated"});
  check_refused(npy_of(header_of("<f4", "(2,)"), Bytes(9)), {"9 follow it", "trailing"});
  check_refused(npy_of(header_of("<f4", "(4611686018427387904, 4)")), {"more bytes than memory"});
  check_refused(npy_of(header_of("<f4", "(0, 9223372036854775807, 9223372036854775807)")), {"more bytes than memory"});
  check_refused(npy_of(header_of("<u8", "(1,)"), bytes_of({0, 0, 0, 0, 0, 0, 0, 0x80})),
                {"9223372036854775808 does not fit in int64"});
}

TEST_CASE("no damage of an npy file does harm") {
  const std::size_t errors =
      errors_of_damage(data::read_file(numpy_files / "format1.npy"), [](const Bytes& bytes) { read(bytes); });
  CHECK(errors > 150);
}

TEST_CASE("no damage of an npz file does harm, and its arrays are never other than they were") {
  const ScratchFolder folder;
  const Bytes whole = data::read_file(numpy_files / "stored.npz");
  const StateDict arrays = load(numpy_files / "stored.npz");
  const auto read_damaged = [&](const Bytes& bytes) {
    write_plainly(folder / "a.npz", bytes);
    for (const auto& [name, array] : load(folder / "a.npz")) {
      if (arrays.contains(name)) CHECK(identical(array, arrays.at(name)));
    }
  };
  CHECK(errors_of_damage(whole, read_damaged) > whole.size());
}

TEST_CASE("members that cannot be arrays are named") {
  const ScratchFolder folder;
  const Bytes whole = data::read_file(numpy_files / "stored.npz");
  // Changes bytes in the archive's directory, at a distance from the name 'scalar.npy', which stands there once more.
  const auto changed = [&](std::ptrdiff_t distance, std::initializer_list<int> to) {
    Bytes bytes = whole;
    const Bytes name = bytes_of("scalar.npy");
    const auto place = std::find_end(bytes.begin(), bytes.end(), name.begin(), name.end()) + distance;
    const Bytes values_to = bytes_of(to);
    std::copy(values_to.begin(), values_to.end(), place);
    write_plainly(folder / "a.npz", bytes);
    return message_of<IoError>([&] { (void)load(folder / "a.npz"); });
  };
  check_says(changed(-36, {12, 0}), {"a.npz': member 'scalar.npy'", "method 12", "8 (deflated)"});
  check_says(changed(-22, {0, 0, 0, 0x7f}), {"'scalar.npy'", "claims 2130706432 bytes", "1068"});
  check_says(changed(9, {'x'}), {"'scalar.npx'", "no array"});
}

TEST_CASE("npy and npz saves that fail leave the old file") {
  const ScratchFolder folder;
  for (const char* name : {"a.npy", "a.npz"}) {
    save(folder / name, {{"w", ones({2})}});
    CHECK_THROWS_AS(save(folder / name, {{"undefined", Tensor()}}), Error);
    CHECK(identical(load(folder / name).begin()->second, ones({2})));
  }
  check_says(message_of<IoError>([&] { save(folder / "a.npz", {{"\xff", ones({1})}}); }), {"a.npz': member"});
  check_says(message_of<IoError>([&] { save(folder / "a.npy", {}); }), {"a.npy'", "one tensor, not 0", ".npz"});
  const Tensor deep = zeros(Shape(std::vector<std::size_t>(65, 1)));
  check_says(message_of<IoError>([&] { save(folder / "a.npy", {{"deep", deep}}); }), {"a.npy'", "at most 64 axes"});
  CHECK(identical(load(folder / "a.npz").at("w"), ones({2})));
  CHECK(folder.entries() == 2);
}

TEST_CASE("npz files that are missing or no archives are named") {
  const ScratchFolder folder;
  check_says(message_of<IoError>([&] { (void)load(folder / "a.npz"); }), {"a.npz'", "No such file"});
  write_plainly(folder / "a.npz", bytes_of("no archive"));
  check_says(message_of<IoError>([&] { (void)load(folder / "a.npz"); }), {"a.npz'", "no zip archive"});
}
