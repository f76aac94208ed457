#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <autograd/shape.hpp>

/// What the file formats share: checked reads and gzip. They are written with replace_file (autograd/file.hpp).
namespace xtape::data {

using Bytes = std::vector<std::byte>;
using ByteSpan = std::span<const std::byte>;

/// A file opened for reading, of a known size. Throws IoError naming it where it is missing or cannot be read.
class InputFile {
 public:
  explicit InputFile(const std::filesystem::path& path);

  /// The path in quotes, for messages.
  const std::string& name() const noexcept { return m_name; }
  std::uint64_t size() const noexcept { return m_size; }
  /// The next `bytes` bytes. Throws IoError where the file ends before.
  void read(void* to, std::size_t bytes);

 private:
  std::string m_name;
  std::uint64_t m_size = 0;
  std::ifstream m_stream;
};

/// Every byte of a file. Throws IoError. Example: `Bytes bytes = read_file("net.safetensors");`
Bytes read_file(const std::filesystem::path& path);

/// Whether the bytes start as a gzip file does.
bool is_gzip(ByteSpan bytes) noexcept;
/// The contents of a gzip file, checksum verified. Throws IoError starting with `name` where it is damaged.
Bytes gunzip(ByteSpan packed, const std::string& name);
/// A gzip file with these contents; the same contents always give the same bytes.
Bytes gzip(ByteSpan contents);

/// Bytes that an array takes; nothing where its strides in bytes do not fit in std::ptrdiff_t, even if it is empty.
std::optional<std::size_t> byte_count(const Shape& shape, std::size_t bytes_per_item) noexcept;

/// Replaces a file by one with these contents, compressed with gzip where its name ends in ".gz"; see replace_file().
void replace_file_packed(const std::filesystem::path& path, ByteSpan contents);

/// Writes bytes as they are.
void write_bytes(std::ostream& out, ByteSpan bytes);

/// A path in quotes, for messages.
std::string quoted(const std::filesystem::path& path);

}  // namespace xtape::data
