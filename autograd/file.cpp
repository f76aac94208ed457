#include <autograd/error.hpp>
#include <autograd/file.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

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

// A name beside the target that no other write uses at the same time.
std::filesystem::path temporary_beside(const std::filesystem::path& target) {
  static std::atomic<unsigned> s_count{0};
  return target.string() + ".tmp" + std::to_string(::getpid()) + "-" + std::to_string(s_count++);
}

}  // namespace

void replace_file(const std::filesystem::path& path, const std::function<void(std::ostream&)>& write) {
  std::error_code error;
  // A link stays a link: what it names is replaced.
  const std::filesystem::path target = std::filesystem::weakly_canonical(std::filesystem::absolute(path), error);
  if (error) throw IoError("cannot write '" + path.string() + "': " + error.message());
  RemoveOnFailure cleanup{temporary_beside(target)};
  const std::filesystem::path& temporary = cleanup.path;
  {
    std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
    if (!out) throw_errno("cannot write", path);
    write(out);
    out.flush();
    if (!out) throw_errno("cannot write", path);
  }
  const std::filesystem::file_status old = std::filesystem::status(target, error);
  if (std::filesystem::exists(old)) std::filesystem::permissions(temporary, old.permissions(), error);
  flush_to_disk(temporary);
  std::filesystem::rename(temporary, target, error);
  if (error) throw IoError("cannot replace '" + path.string() + "': " + error.message());
  cleanup.armed = false;
  flush_to_disk(target.parent_path());
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw_errno("cannot read", path);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace xtape
