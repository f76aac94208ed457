#include <data/idx.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>

namespace xtape::data {

namespace {

constexpr std::size_t magic_bytes = 4;
constexpr std::size_t size_bytes = 4;
constexpr std::size_t max_axes = 255;

// The C++ types in a file, by their codes.
enum class Code : std::uint8_t {
  unsigned_byte = 0x08,
  signed_byte = 0x09,
  short_integer = 0x0B,
  integer = 0x0C,
  real = 0x0D,
  double_real = 0x0E
};

// Calls `function(TypeTag<T>{}, name)` with the type in the file and its name; false where there is no such code.
template <class F>
bool visit_code(std::uint8_t code, const F& function) {
  switch (Code{code}) {
    case Code::unsigned_byte:
      return function(TypeTag<std::uint8_t>{}, "unsigned byte"), true;
    case Code::signed_byte:
      return function(TypeTag<std::int8_t>{}, "signed byte"), true;
    case Code::short_integer:
      return function(TypeTag<std::int16_t>{}, "short"), true;
    case Code::integer:
      return function(TypeTag<std::int32_t>{}, "int"), true;
    case Code::real:
      return function(TypeTag<float>{}, "float"), true;
    case Code::double_real:
      return function(TypeTag<double>{}, "double"), true;
  }
  return false;
}

template <class T>
T from_big_endian(const std::byte* from) {
  std::array<std::byte, sizeof(T)> bytes;
  std::memcpy(bytes.data(), from, sizeof(T));
  if constexpr (std::endian::native == std::endian::little) std::reverse(bytes.begin(), bytes.end());
  return std::bit_cast<T>(bytes);
}

template <class T>
void to_big_endian(T value, std::byte* to) {
  auto bytes = std::bit_cast<std::array<std::byte, sizeof(T)>>(value);
  if constexpr (std::endian::native == std::endian::little) std::reverse(bytes.begin(), bytes.end());
  std::memcpy(to, bytes.data(), sizeof(T));
}

// "0x08": a byte for a message.
std::string hex(std::byte byte) {
  constexpr char digits[] = "0123456789abcdef";
  const auto value = std::to_integer<unsigned>(byte);
  return {'0', 'x', digits[value / 16], digits[value % 16]};
}

void check_magic(ByteSpan bytes, const std::string& name) {
  if (bytes.size() < magic_bytes) {
    throw IoError(name + ": an IDX file starts with 4 bytes (two zeros, the type code, the number of axes); this has " +
                  std::to_string(bytes.size()));
  }
  if (bytes[0] != std::byte{0} || bytes[1] != std::byte{0}) {
    throw IoError(name + ": an IDX file starts with the bytes 0x00 0x00; this starts with " + hex(bytes[0]) + " " +
                  hex(bytes[1]));
  }
  if (!visit_code(std::to_integer<std::uint8_t>(bytes[2]), [](auto, const char*) {})) {
    throw IoError(name + ": unknown IDX type code " + hex(bytes[2]) +
                  "; known are 0x08 (unsigned byte), 0x09 (signed byte), 0x0b (short), 0x0c (int), 0x0d (float) and "
                  "0x0e (double)");
  }
}

Shape read_shape(ByteSpan bytes, const std::string& name) {
  const auto axes = std::to_integer<std::size_t>(bytes[3]);
  if (bytes.size() < magic_bytes + axes * size_bytes) {
    throw IoError(name + ": an IDX header with " + std::to_string(axes) + " axes takes " +
                  std::to_string(magic_bytes + axes * size_bytes) + " bytes; this ends after " +
                  std::to_string(bytes.size()));
  }
  Shape shape(axes);
  for (std::size_t axis = 0; axis < axes; ++axis) {
    shape[axis] = from_big_endian<std::uint32_t>(bytes.data() + magic_bytes + axis * size_bytes);
  }
  return shape;
}

void check_length(ByteSpan values, const Shape& shape, std::size_t item, const char* type, const std::string& name) {
  const std::optional<std::size_t> expected = byte_count(shape, item);
  if (expected == values.size()) return;
  throw IoError(name + ": the IDX header says " + to_string(shape) + " of " + type + ", " +
                (expected ? std::to_string(*expected) + " bytes" : "more bytes than memory has addresses") + "; " +
                std::to_string(values.size()) + " follow it" +
                (!expected || values.size() < *expected ? ": the file is truncated" : ": the file has trailing bytes"));
}

// The dtype that holds every value of T.
template <class T>
Tensor convert(ByteSpan values, const Shape& shape) {
  Tensor result = Tensor::uninitialized(shape, dtype_of<T>());
  visit_dtype(result.dtype(), [&]<class U>(TypeTag<U>) {
    auto* to = static_cast<U*>(result.mutable_data());
    for (std::size_t i = 0; i < result.size(); ++i) {
      to[i] = static_cast<U>(from_big_endian<T>(values.data() + i * sizeof(T)));
    }
  });
  return result;
}

// The type in the file for the elements of a dtype.
template <class T>
using Stored = std::conditional_t<std::is_same_v<T, bool>, std::uint8_t,
                                  std::conditional_t<std::is_same_v<T, std::int64_t>, std::int32_t, T>>;

Code code_of(DType dtype) {
  switch (dtype) {
    case DType::boolean:
    case DType::uint8:
      return Code::unsigned_byte;
    case DType::int64:
      return Code::integer;
    case DType::float32:
      return Code::real;
    case DType::float64:
      break;
  }
  return Code::double_real;
}

template <class T>
Stored<T> checked_value(T value, const std::string& name) {
  if constexpr (std::is_same_v<T, std::int64_t>) {
    using Limits = std::numeric_limits<std::int32_t>;
    if (value < Limits::min() || value > Limits::max()) {
      throw IoError(name + ": the value " + std::to_string(value) + " does not fit in the 32-bit integers of IDX");
    }
  }
  return static_cast<Stored<T>>(value);
}

Bytes header_of(const Tensor& array, const std::string& name) {
  const auto too_large = [](std::size_t size) { return size > std::numeric_limits<std::uint32_t>::max(); };
  const Shape& shape = array.shape();
  if (shape.size() > max_axes || std::any_of(shape.begin(), shape.end(), too_large)) {
    throw IoError(name + ": IDX holds up to 255 axes with sizes of 32 bits, not the shape " + to_string(shape));
  }
  Bytes bytes(magic_bytes + shape.size() * size_bytes);
  bytes[2] = static_cast<std::byte>(code_of(array.dtype()));
  bytes[3] = static_cast<std::byte>(shape.size());
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    to_big_endian(static_cast<std::uint32_t>(shape[axis]), bytes.data() + magic_bytes + axis * size_bytes);
  }
  return bytes;
}

Bytes values_of(const Tensor& array, const std::string& name) {
  return visit_dtype(array.dtype(), [&]<class T>(TypeTag<T>) {
    const T* values = array.data<T>();
    Bytes bytes(array.size() * sizeof(Stored<T>));
    for (std::size_t i = 0; i < array.size(); ++i) {
      to_big_endian(checked_value(values[i], name), bytes.data() + i * sizeof(Stored<T>));
    }
    return bytes;
  });
}

}  // namespace

Tensor read_idx(ByteSpan bytes, const std::string& name) {
  if (is_gzip(bytes)) return read_idx(gunzip(bytes, name), name);
  check_magic(bytes, name);
  const Shape shape = read_shape(bytes, name);
  const ByteSpan values = bytes.subspan(magic_bytes + shape.size() * size_bytes);
  Tensor result;
  visit_code(std::to_integer<std::uint8_t>(bytes[2]), [&]<class T>(TypeTag<T>, const char* type) {
    check_length(values, shape, sizeof(T), type, name);
    result = convert<T>(values, shape);
  });
  return result;
}

Tensor read_idx(const std::filesystem::path& path) { return read_idx(read_file(path), quoted(path)); }

void write_idx(const std::filesystem::path& path, const Tensor& array) {
  const Tensor source = array.detach().contiguous();
  Bytes file = header_of(source, quoted(path));
  const Bytes values = values_of(source, quoted(path));
  file.insert(file.end(), values.begin(), values.end());
  replace_file_packed(path, file);
}

}  // namespace xtape::data
