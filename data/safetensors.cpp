#include <autograd/file.hpp>
#include <data/files.hpp>
#include <data/number_formats.hpp>
#include <data/safetensors.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <cstring>
#include <set>
#include <tuple>

namespace xtape::data {

namespace {

using Json = nlohmann::json;

static_assert(std::endian::native == std::endian::little, "values are copied as they lie in memory");

constexpr std::size_t length_bytes = 8;
constexpr std::uint64_t max_header_bytes = 100'000'000;  // the reference implementation's limit
constexpr const char* metadata_key = "__metadata__";

// --- element types

using Fill = void (*)(InputFile& file, Tensor& tensor);

// Reads the elements of `tensor`, which are of type U, from values of type T.
template <class T, class U>
void fill(InputFile& file, Tensor& tensor) {
  auto* to = static_cast<U*>(tensor.mutable_data());
  if constexpr (std::is_same_v<T, U>) {
    file.read(to, tensor.size() * sizeof(U));
  } else {
    std::vector<T> values(tensor.size());
    file.read(values.data(), values.size() * sizeof(T));
    std::copy(values.begin(), values.end(), to);
  }
}

struct Format {
  const char* name;
  std::size_t item_bytes;
  DType dtype;
  Fill fill;
};

constexpr Format formats[] = {
    {"BOOL", 1, boolean, fill<BoolByte, bool>},
    {"U8", 1, uint8, fill<std::uint8_t, std::uint8_t>},
    {"I64", 8, int64, fill<std::int64_t, std::int64_t>},
    {"F32", 4, float32, fill<float, float>},
    {"F64", 8, float64, fill<double, double>},
    {"F16", 2, float32, fill<Half, float>},
    {"BF16", 2, float32, fill<Bfloat, float>},
    {"I8", 1, int64, fill<std::int8_t, std::int64_t>},
    {"I16", 2, int64, fill<std::int16_t, std::int64_t>},
    {"I32", 4, int64, fill<std::int32_t, std::int64_t>},
    {"U16", 2, int64, fill<std::uint16_t, std::int64_t>},
    {"U32", 4, int64, fill<std::uint32_t, std::int64_t>},
};

// The first entries of the table are in the order of DType.
const char* format_name(DType dtype) { return formats[static_cast<std::size_t>(dtype)].name; }

// --- reading

// One tensor as the header describes it: its bytes are [begin, end) of the data.
struct Entry {
  std::string name;
  const Format* format;
  Shape shape;
  std::uint64_t begin, end;
};

const Format& find_format(const std::string& dtype, const std::string& where) {
  const auto* found =
      std::find_if(std::begin(formats), std::end(formats), [&](const Format& f) { return f.name == dtype; });
  if (found != std::end(formats)) return *found;
  std::string known;
  for (const Format& format : formats) known += (known.empty() ? "" : ", ") + std::string(format.name);
  throw IoError(where + ": unknown dtype '" + dtype + "'; known are " + known);
}

bool is_list_of_sizes(const Json& json) {
  return json.is_array() && std::all_of(json.begin(), json.end(), [](const Json& n) { return n.is_number_unsigned(); });
}

Entry read_entry(const std::string& name, const Json& json, const std::string& file) {
  const std::string where = file + ": tensor '" + name + "'";
  const Json dtype = json.is_object() ? json.value("dtype", Json()) : Json();
  const Json shape = json.is_object() ? json.value("shape", Json()) : Json();
  const Json offsets = json.is_object() ? json.value("data_offsets", Json()) : Json();
  if (!dtype.is_string() || !is_list_of_sizes(shape) || !is_list_of_sizes(offsets) || offsets.size() != 2) {
    throw IoError(where + R"(: expected {"dtype": "...", "shape": [...], "data_offsets": [begin, end]}, found )" +
                  json.dump(-1, ' ', false, Json::error_handler_t::replace));
  }
  return {name, &find_format(dtype.get<std::string>(), where), Shape(shape.begin(), shape.end()),
          offsets[0].get<std::uint64_t>(), offsets[1].get<std::uint64_t>()};
}

// Every tensor's bytes follow those of the one before, the last ends with the file, and each has what its shape asks
// for.
void check_layout(const std::vector<Entry>& entries, std::uint64_t data_bytes, const std::string& file) {
  std::uint64_t position = 0;
  for (const Entry& entry : entries) {
    const std::string where = file + ": tensor '" + entry.name + "' lies at [" + std::to_string(entry.begin) + ", " +
                              std::to_string(entry.end) + ") of the data";
    if (entry.end < entry.begin || entry.end > data_bytes) {
      throw IoError(where + ", which has " + std::to_string(data_bytes) + " bytes");
    }
    if (entry.begin != position) {
      throw IoError(where + (entry.begin < position ? ", overlapping" : ", leaving a gap after") + " what ends at " +
                    std::to_string(position));
    }
    const std::optional<std::size_t> expected = byte_count(entry.shape, entry.format->item_bytes);
    if (expected != entry.end - entry.begin) {
      throw IoError(where + "; " + entry.format->name + " of shape " + to_string(entry.shape) + " takes " +
                    (expected ? std::to_string(*expected) : "more than 2^63") + " bytes");
    }
    position = entry.end;
  }
  if (position != data_bytes) {
    throw IoError(file + ": " + std::to_string(data_bytes - position) +
                  " bytes follow the last tensor's, which end at " + std::to_string(position));
  }
}

Json parse_header(const std::string& text, const std::string& file) {
  std::set<std::string> names;
  const auto reject_repeated = [&](int depth, Json::parse_event_t event, const Json& parsed) {
    if (depth == 1 && event == Json::parse_event_t::key && !names.insert(parsed.get<std::string>()).second) {
      throw IoError(file + ": the header names '" + parsed.get<std::string>() + "' twice");
    }
    return true;
  };
  try {
    Json header = Json::parse(text, reject_repeated);
    if (header.is_object()) return header;
  } catch (const Json::exception& error) {
    throw IoError(file + ": the header is not JSON: " + error.what());
  }
  throw IoError(file + ": the header is not a JSON object");
}

std::string read_header(InputFile& file) {
  std::uint64_t length = 0;
  if (file.size() < length_bytes) {
    throw IoError(file.name() + ": a safetensors file starts with the header's length in 8 bytes; this has " +
                  std::to_string(file.size()) + " in all");
  }
  file.read(&length, length_bytes);
  if (length > file.size() - length_bytes || length > max_header_bytes) {
    throw IoError(file.name() + ": the first 8 bytes say that a header of " + std::to_string(length) +
                  " bytes follows; " + std::to_string(file.size() - length_bytes) +
                  " bytes do, and a header has at most 100000000; this is no safetensors file, or it is truncated");
  }
  std::string text(length, ' ');
  file.read(text.data(), text.size());
  return text;
}

// --- writing

// Names by decreasing element size: whatever comes before a tensor is a multiple of its element size.
std::vector<StateDict::const_pointer> in_file_order(const StateDict& tensors) {
  std::vector<StateDict::const_pointer> order;
  for (const auto& entry : tensors) order.push_back(&entry);
  std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return item_bytes(a->second.dtype()) > item_bytes(b->second.dtype());
  });
  return order;
}

Json describe(const Tensor& tensor, std::uint64_t begin, std::uint64_t end) {
  const std::vector<std::size_t> shape(tensor.shape().begin(), tensor.shape().end());
  return {{"dtype", format_name(tensor.dtype())}, {"shape", shape}, {"data_offsets", {begin, end}}};
}

// The header's length and the header, padded with spaces so that the data start at a multiple of 8.
std::string encode_header(const Json& header, const std::string& file) {
  std::string text;
  try {
    text = header.dump();
  } catch (const Json::exception& error) {
    throw IoError(file + ": a tensor's name is not UTF-8: " + error.what());
  }
  text.append((length_bytes - text.size() % length_bytes) % length_bytes, ' ');
  const std::uint64_t length = text.size();
  std::string encoded(length_bytes, '\0');
  std::memcpy(encoded.data(), &length, length_bytes);
  return encoded + text;
}

}  // namespace

StateDict read_safetensors(const std::filesystem::path& path) {
  InputFile file(path);
  const std::string text = read_header(file);
  const Json header = parse_header(text, file.name());
  std::vector<Entry> entries;
  for (const auto& [name, json] : header.items()) {
    if (name != metadata_key) entries.push_back(read_entry(name, json, file.name()));
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return std::tie(a.begin, a.end) < std::tie(b.begin, b.end); });
  check_layout(entries, file.size() - length_bytes - text.size(), file.name());

  StateDict tensors;
  for (const Entry& entry : entries) {
    Tensor tensor = Tensor::uninitialized(entry.shape, entry.format->dtype);
    entry.format->fill(file, tensor);
    tensors.emplace(entry.name, std::move(tensor));
  }
  return tensors;
}

void write_safetensors(const std::filesystem::path& path, const StateDict& tensors) {
  const std::string file = quoted(path);
  if (tensors.contains(metadata_key)) throw IoError(file + ": safetensors keeps the name '__metadata__' for itself");

  Json header = Json::object();
  Tensors values;
  std::uint64_t position = 0;
  for (const auto* entry : in_file_order(tensors)) {
    const auto& [name, tensor] = *entry;
    const std::uint64_t begin = position;
    position += tensor.size() * item_bytes(tensor.dtype());
    header[name] = describe(tensor, begin, position);
    values.push_back(tensor.detach().contiguous());
  }
  const std::string encoded = encode_header(header, file);
  replace_file(path, [&](std::ostream& out) {
    write_bytes(out, std::as_bytes(std::span(encoded)));
    for (const Tensor& tensor : values) {
      const auto* first = static_cast<const std::byte*>(tensor.raw_data());
      write_bytes(out, {first, tensor.size() * item_bytes(tensor.dtype())});
    }
  });
}

}  // namespace xtape::data
