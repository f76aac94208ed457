#include <autograd/error.hpp>
#include <autograd/file.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace xtape {

namespace {

[[noreturn]] void throw_errno(const std::string& what, const std::filesystem::path& path) {
  throw IoError(what + " '" + path.string() + "': " + std::strerror(errno));
}

// Hands what the system has buffered of a file or a folder to the disk.
void flush_to_disk(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) throw_errno("cannot open", path);
  const int failed = ::fsync(descriptor);
  const int error = errno;
  ::close(descriptor);
  // Some file systems cannot flush a folder and say so; the rename is then as safe as they make it.
  if (failed && error != EINVAL && error != EROFS) {
    errno = error;
    throw_errno("cannot flush", path);
  }
}

struct RemoveOnFailure {
  std::filesystem::path path;
  bool armed = true;
  ~RemoveOnFailure() {
    std::error_code ignored;
    if (armed) std::filesystem::remove(path, ignored);
  }
};

}  // namespace

void replace_file(const std::filesystem::path& path, const std::function<void(std::ostream&)>& write) {
  const std::filesystem::path temporary = path.string() + ".tmp" + std::to_string(::getpid());
  RemoveOnFailure cleanup{temporary};
  {
    std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
    if (!out) throw_errno("cannot write", temporary);
    write(out);
    out.flush();
    if (!out) throw_errno("cannot write", temporary);
  }
  flush_to_disk(temporary);
  std::error_code error;
  std::filesystem::rename(temporary, path, error);
  if (error) throw IoError("cannot replace '" + path.string() + "': " + error.message());
  cleanup.armed = false;
  flush_to_disk(path.has_parent_path() ? path.parent_path() : std::filesystem::path("."));
}

}  // namespace xtape
