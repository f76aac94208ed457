#include <autograd/error.hpp>
#include <autograd/file.hpp>
#include <data/files.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

namespace xtape::data {

namespace fs = std::filesystem;

namespace {

std::string reason(int error) { return error == 0 ? "unknown error" : std::strerror(error); }

}  // namespace

std::string quoted(const fs::path& path) { return "'" + path.string() + "'"; }

InputFile::InputFile(const fs::path& path) : m_name(quoted(path)) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) throw IoError(m_name + ": cannot be read: " + reason(error ? error.value() : ENOENT));
  if (!fs::is_regular_file(status)) throw IoError(m_name + ": cannot be read: it is not a regular file");
  m_size = fs::file_size(path, error);
  if (error) throw IoError(m_name + ": cannot be read: " + error.message());
  errno = 0;
  m_stream.open(path, std::ios::binary);
  if (!m_stream) throw IoError(m_name + ": cannot be read: " + reason(errno));
}

void InputFile::read(void* to, std::size_t bytes) {
  m_stream.read(static_cast<char*>(to), static_cast<std::streamsize>(bytes));
  if (m_stream) return;
  throw IoError(m_name + ": " + std::to_string(m_stream.gcount()) + " bytes could be read where " +
                std::to_string(bytes) + " were expected");
}

Bytes read_file(const fs::path& path) {
  InputFile file(path);
  Bytes bytes(file.size());
  file.read(bytes.data(), bytes.size());
  return bytes;
}

void write_bytes(std::ostream& out, ByteSpan bytes) {
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

void replace_file_packed(const fs::path& path, ByteSpan contents) {
  const Bytes packed = path.extension() == ".gz" ? gzip(contents) : Bytes();
  replace_file(path, [&](std::ostream& out) { write_bytes(out, packed.empty() ? contents : packed); });
}

std::optional<std::size_t> byte_count(const Shape& shape, std::size_t bytes_per_item) noexcept {
  constexpr std::size_t limit = std::numeric_limits<std::ptrdiff_t>::max();
  std::size_t bytes = bytes_per_item;
  bool empty = false;
  for (const std::size_t size : shape) {
    if (size == 0) {
      empty = true;
    } else if (bytes > limit / size) {
      return std::nullopt;
    } else {
      bytes *= size;
    }
  }
  return empty ? 0 : bytes;
}

}  // namespace xtape::data
