#include <autograd/file.hpp>
#include <autograd/ops/shape.hpp>
#include <data/files.hpp>
#include <data/npy.hpp>
#include <data/number_formats.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <limits>
#include <string_view>

namespace xtape::data::npy {

namespace {

static_assert(std::endian::native == std::endian::little, "values are written as they lie in memory");

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t alignment = 64;   // of the values in the file
constexpr std::size_t max_axes = 64;    // NumPy's own limit
constexpr std::size_t block = 1 << 14;  // elements that are converted at a time

// --- element types

// Reads the elements of a tensor, of type U, from values of type T in the file, whose bytes may be in reverse order.
using Fill = void (*)(const Source& source, Tensor& tensor, bool swapped);

template <class T>
void swap_bytes(T& value) {
  auto bytes = std::bit_cast<std::array<std::byte, sizeof(T)>>(value);
  std::reverse(bytes.begin(), bytes.end());
  value = std::bit_cast<T>(bytes);
}

template <class T, class U>
void fill(const Source& source, Tensor& tensor, bool swapped) {
  auto* to = static_cast<U*>(tensor.mutable_data());
  if (std::is_same_v<T, U> && !swapped) return source.read(to, tensor.size() * sizeof(U));
  std::vector<T> values(std::min(tensor.size(), block));
  for (std::size_t done = 0; done < tensor.size(); done += values.size()) {
    values.resize(std::min(block, tensor.size() - done));
    source.read(values.data(), values.size() * sizeof(T));
    for (T& value : values) {
      if (swapped) swap_bytes(value);
      if constexpr (std::is_same_v<T, std::uint64_t>) {
        if (value > std::numeric_limits<std::int64_t>::max()) {
          throw IoError(source.name + ": the unsigned integer " + std::to_string(value) + " does not fit in int64");
        }
      }
    }
    std::transform(values.begin(), values.end(), to + done, [](T value) { return static_cast<U>(value); });
  }
}

struct Format {
  std::string_view code;  // as in the header, without the byte order
  std::size_t item_bytes;
  DType dtype;
  Fill fill;
};

constexpr Format formats[] = {
    {"b1", 1, boolean, fill<BoolByte, bool>},
    {"u1", 1, uint8, fill<std::uint8_t, std::uint8_t>},
    {"i8", 8, int64, fill<std::int64_t, std::int64_t>},
    {"f4", 4, float32, fill<float, float>},
    {"f8", 8, float64, fill<double, double>},
    {"f2", 2, float32, fill<Half, float>},
    {"i1", 1, int64, fill<std::int8_t, std::int64_t>},
    {"i2", 2, int64, fill<std::int16_t, std::int64_t>},
    {"i4", 4, int64, fill<std::int32_t, std::int64_t>},
    {"u2", 2, int64, fill<std::uint16_t, std::int64_t>},
    {"u4", 4, int64, fill<std::uint32_t, std::int64_t>},
    {"u8", 8, int64, fill<std::uint64_t, std::int64_t>},
};

// The first entries of the table are in the order of DType.
std::string_view code_of(DType dtype) { return formats[static_cast<std::size_t>(dtype)].code; }

// --- reading

// What a header says.
struct Description {
  std::string type;
  bool fortran_order = false;
  Shape shape;
};

// Reads the header's text, a dictionary in Python's notation with three keys:
// {'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }
class HeaderParser {
 public:
  HeaderParser(const std::string& text, const std::string& name) : m_rest(text), m_text(text), m_name(name) {}

  Description parse() {
    Description description;
    bool type = false, order = false, shape = false;
    expect('{');
    while (!accept('}')) {
      const std::string key = string();
      expect(':');
      if (key == "descr" && !type) {
        description.type = string();
        type = true;
      } else if (key == "fortran_order" && !order) {
        description.fortran_order = truth();
        order = true;
      } else if (key == "shape" && !shape) {
        description.shape = tuple();
        shape = true;
      } else {
        refuse("the key '" + key + "' is unknown or named twice");
      }
      if (!accept(',') && next() != '}') refuse("expected , or }");
    }
    if (!type || !order || !shape) refuse("expected the keys 'descr', 'fortran_order' and 'shape'");
    if (next() != '\0') refuse("something follows the dictionary");
    return description;
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    const std::string shown = m_text.substr(0, 200) + (m_text.size() > 200 ? "..." : "");
    throw IoError(m_name + ": the NumPy header cannot be read: " + why + "; it says " + shown);
  }

  // The next character that is no space; 0 at the end.
  char next() {
    m_rest.remove_prefix(std::min(m_rest.find_first_not_of(" \t\n"), m_rest.size()));
    return m_rest.empty() ? '\0' : m_rest.front();
  }
  bool accept(char wanted) {
    if (next() != wanted) return false;
    m_rest.remove_prefix(1);
    return true;
  }
  bool accept(std::string_view word) {
    next();
    if (!m_rest.starts_with(word)) return false;
    m_rest.remove_prefix(word.size());
    return true;
  }
  void expect(char wanted) {
    if (!accept(wanted)) refuse(std::string("expected ") + wanted);
  }

  std::string string() {
    const char quote = next();
    if (quote == '[') refuse("records ('descr' is a list) are not supported");
    if (quote != '\'' && quote != '"') refuse("expected a string");
    const std::size_t end = m_rest.find(quote, 1);
    if (end == std::string_view::npos) refuse("a string does not end");
    const std::string value(m_rest.substr(1, end - 1));
    m_rest.remove_prefix(end + 1);
    return value;
  }

  bool truth() {
    if (accept("True")) return true;
    if (!accept("False")) refuse("expected True or False");
    return false;
  }

  Shape tuple() {
    Shape shape;
    expect('(');
    while (!accept(')')) {
      if (shape.size() == max_axes) refuse("more than " + std::to_string(max_axes) + " axes");
      shape.push_back(size());
      if (!accept(',') && next() != ')') refuse("expected , or )");
    }
    return shape;
  }

  std::size_t size() {
    next();
    std::int64_t value = -1;
    const auto [end, error] = std::from_chars(m_rest.data(), m_rest.data() + m_rest.size(), value);
    if (error != std::errc() || value < 0) refuse("expected a size from 0 to 2^63 - 1");
    m_rest.remove_prefix(static_cast<std::size_t>(end - m_rest.data()));
    accept("L");  // Python 2's mark of a long integer
    return static_cast<std::size_t>(value);
  }

  std::string_view m_rest;
  const std::string& m_text;
  const std::string& m_name;
};

// The header's text; `start` becomes the place where the values begin.
std::string read_text(const Source& source, std::uint64_t& start) {
  std::array<unsigned char, 12> bytes{};
  start = 10;
  if (source.size < start) {
    throw IoError(source.name +
                  ": a NumPy array starts with 10 bytes (\\x93NUMPY, the version, the header's length); "
                  "this has " +
                  std::to_string(source.size) + " in all");
  }
  source.read(bytes.data(), start);
  if (std::memcmp(bytes.data(), magic.data(), magic.size()) != 0) {
    throw IoError(source.name + ": this is no NumPy array, which starts with the bytes \\x93NUMPY");
  }
  const int major = bytes[6], minor = bytes[7];
  if (major < 1 || major > 3 || minor != 0) {
    throw IoError(source.name + ": the NumPy format " + std::to_string(major) + "." + std::to_string(minor) +
                  " is unknown; known are 1.0, 2.0 and 3.0");
  }
  std::uint32_t length = bytes[8] + 0x100u * bytes[9];
  if (major > 1 && source.size >= start + 2) {
    source.read(bytes.data() + start, 2);
    start += 2;
    length += 0x10000u * bytes[10] + 0x1000000u * bytes[11];
  }
  if (length > source.size - start) {
    throw IoError(source.name + ": the first bytes say that a NumPy header of " + std::to_string(length) +
                  " bytes follows; " + std::to_string(source.size - start) + " bytes do: it is truncated or damaged");
  }
  std::string text(length, ' ');
  source.read(text.data(), length);
  start += length;
  return text;
}

const Format& find_format(const std::string& type, const std::string& name) {
  if (!type.empty() && std::string_view("<>|=").find(type[0]) != std::string_view::npos) {
    const auto* found = std::find_if(std::begin(formats), std::end(formats),
                                     [&](const Format& f) { return f.code == std::string_view(type).substr(1); });
    if (found != std::end(formats)) return *found;
  }
  std::string known;
  for (const Format& format : formats) known += (known.empty() ? "" : ", ") + std::string(format.code);
  throw IoError(name + ": unknown NumPy type '" + type + "'; known are " + known + " after <, > or |");
}

void check_size(const Description& description, const Format& format, std::uint64_t bytes, const std::string& name) {
  const std::optional<std::size_t> expected = byte_count(description.shape, format.item_bytes);
  if (expected == bytes) return;
  throw IoError(name + ": the NumPy header says " + to_string(description.shape) + " of '" + description.type + "', " +
                (expected ? std::to_string(*expected) + " bytes" : "more bytes than memory has addresses") + "; " +
                std::to_string(bytes) + " follow it" +
                (!expected || bytes < *expected ? ": it is truncated" : ": there are trailing bytes"));
}

}  // namespace

Tensor read(const Source& source) {
  std::uint64_t start = 0;
  const std::string text = read_text(source, start);
  Description description = HeaderParser(text, source.name).parse();
  const Format& format = find_format(description.type, source.name);
  check_size(description, format, source.size - start, source.name);

  if (description.fortran_order) std::reverse(description.shape.begin(), description.shape.end());
  Tensor tensor = Tensor::uninitialized(description.shape, format.dtype);
  format.fill(source, tensor, description.type[0] == '>' && format.item_bytes > 1);
  return description.fortran_order ? transpose(tensor).contiguous() : tensor;
}

std::string header(const Tensor& array, const std::string& name) {
  if (array.shape().size() > max_axes) {
    throw IoError(name + ": NumPy's arrays have at most " + std::to_string(max_axes) + " axes, not the shape " +
                  to_string(array.shape()));
  }
  const char order = item_bytes(array.dtype()) == 1 ? '|' : '<';
  std::string text = std::string("{'descr': '") + order + std::string(code_of(array.dtype())) +
                     "', 'fortran_order': False, 'shape': " + to_string(array.shape()) + ", }";
  const std::size_t before = magic.size() + 4;
  text.append(alignment - 1 - (before + text.size()) % alignment, ' ');
  text += '\n';
  const char version_and_length[] = {1, 0, static_cast<char>(text.size() & 0xff), static_cast<char>(text.size() >> 8)};
  return std::string(magic) + std::string(version_and_length, 4) + text;
}

Tensor load(const std::filesystem::path& path) {
  InputFile file(path);
  return read({file.name(), file.size(), [&](void* to, std::size_t bytes) { file.read(to, bytes); }});
}

void save(const std::filesystem::path& path, const Tensor& array) {
  const Tensor values = array.detach().contiguous();
  const std::string start = header(values, quoted(path));
  replace_file(path, [&](std::ostream& out) {
    write_bytes(out, std::as_bytes(std::span(start)));
    write_bytes(out, {static_cast<const std::byte*>(values.raw_data()), values.size() * item_bytes(values.dtype())});
  });
}

}  // namespace xtape::data::npy
