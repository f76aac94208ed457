#include <benchmarks/process.hpp>

#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace benchmarks {

namespace {

void check(bool holds, const std::string& what) {
  if (!holds) throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

Process::Process(const std::vector<std::string>& command, const Environment& environment) : m_name(command[0]) {
  std::signal(SIGPIPE, SIG_IGN);  // ask() reports a program that ended
  int to[2], from[2];
  check(pipe2(to, O_CLOEXEC) == 0 && pipe2(from, O_CLOEXEC) == 0, "cannot make a pipe");
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  m_id = fork();
  check(m_id >= 0, "cannot start " + m_name);
  if (m_id == 0) {
    dup2(to[0], STDIN_FILENO);
    dup2(from[1], STDOUT_FILENO);
    for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  close(to[0]);
  close(from[1]);
  m_input = fdopen(to[1], "w");
  m_output = fdopen(from[0], "r");
}

Process::~Process() {
  std::fclose(m_input);
  std::fclose(m_output);
  waitpid(m_id, nullptr, 0);
}

std::string Process::ask(const std::string& line) {
  std::fprintf(m_input, "%s\n", line.c_str());
  std::fflush(m_input);
  char* text = nullptr;
  std::size_t capacity = 0;
  const ssize_t length = getline(&text, &capacity, m_output);
  const std::unique_ptr<char, decltype(&std::free)> owner(text, std::free);
  if (length < 1) throw std::runtime_error(m_name + " ended instead of answering '" + line + "'");
  return std::string(text, static_cast<std::size_t>(length - 1));
}

void Process::move_to(int core) const {
  cpu_set_t allowed, one;
  CPU_ZERO(&one);
  CPU_SET(core, &one);
  // Where the machine does not allow it, the process stays where it is.
  if (sched_getaffinity(m_id, sizeof allowed, &allowed) != 0) return;
  if (sched_setaffinity(m_id, sizeof one, &one) == 0) sched_setaffinity(m_id, sizeof allowed, &allowed);
}

}  // namespace benchmarks
