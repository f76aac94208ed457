#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <data/files.hpp>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>

/// An empty folder that is removed again with everything in it.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "xtape-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    m_path = name;
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() { std::filesystem::remove_all(m_path); }

  std::filesystem::path operator/(const std::string& name) const { return m_path / name; }

  /// Number of files and folders in it: what a failed write must not change.
  std::ptrdiff_t entries() const {
    return std::distance(std::filesystem::directory_iterator(m_path), std::filesystem::directory_iterator());
  }

 private:
  std::filesystem::path m_path;
};

/// Bytes from numbers.
inline xtape::data::Bytes bytes_of(std::initializer_list<int> values) {
  xtape::data::Bytes bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

inline xtape::data::Bytes bytes_of(const std::string& text) {
  const auto span = std::as_bytes(std::span(text));
  return {span.begin(), span.end()};
}

inline void write_plainly(const std::filesystem::path& path, xtape::data::ByteSpan bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}
