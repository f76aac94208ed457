#include <autograd/error.hpp>
#include <autograd/program.hpp>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

extern char** environ;

namespace xtape {

namespace {

// A child's standard error, read to its end.
class ErrorPipe {
 public:
  ErrorPipe() {
    if (::pipe2(m_ends.data(), O_CLOEXEC) != 0) throw IoError("no pipe to another program can be opened");
    ::posix_spawn_file_actions_init(&m_actions);
    ::posix_spawn_file_actions_adddup2(&m_actions, m_ends[1], STDERR_FILENO);
  }
  ~ErrorPipe() {
    ::posix_spawn_file_actions_destroy(&m_actions);
    for (const int end : m_ends) {
      if (end >= 0) ::close(end);
    }
  }
  const posix_spawn_file_actions_t* actions() const noexcept { return &m_actions; }

  std::string read_all() {
    ::close(m_ends[1]);
    m_ends[1] = -1;
    std::string text;
    std::array<char, 4096> part;
    for (ssize_t count; (count = ::read(m_ends[0], part.data(), part.size())) > 0;) {
      text.append(part.data(), static_cast<std::size_t>(count));
    }
    return text;
  }

 private:
  std::array<int, 2> m_ends{-1, -1};
  posix_spawn_file_actions_t m_actions;
};

}  // namespace

std::string run_program(const std::string& who, std::vector<std::string> words, const std::string& advice) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ErrorPipe errors;
  pid_t child = 0;
  if (::posix_spawnp(&child, arguments[0], errors.actions(), nullptr, arguments.data(), environ) != 0) {
    throw IoError(who + ": the program '" + words[0] + "' was not found; " + advice);
  }
  const std::string said = errors.read_all();
  int status = 0;
  if (::waitpid(child, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw IoError(who + ": the program '" + words[0] + "' failed" + (said.empty() ? "" : ": " + said));
  }
  return said;
}

ScratchFile::ScratchFile(const std::filesystem::path& target, const std::string& extension)
    : m_path(target.string() + ".tmp" + std::to_string(::getpid()) + extension) {}

ScratchFile::~ScratchFile() {
  std::error_code ignored;
  std::filesystem::remove(m_path, ignored);
}

}  // namespace xtape
