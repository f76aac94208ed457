#pragma once

#include <sys/types.h>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

namespace benchmarks {

/// A program that was started with pipes to its input and from its output.
class Process {
 public:
  /// Environment variables that it gets in addition to this process's own.
  using Environment = std::map<std::string, std::string>;

  /// Throws std::system_error where it cannot be started.
  Process(const std::vector<std::string>& command, const Environment& environment);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  /// Closes its input, upon which it ends, and waits for that.
  ~Process();

  /// Writes a line, reads a line. Throws std::runtime_error where the program ended instead of answering.
  std::string ask(const std::string& line);

  /// Puts its first thread on that core, from which the system may move it again.
  void move_to(int core) const;

 private:
  std::string m_name;
  pid_t m_id = -1;
  std::FILE* m_input = nullptr;   // what we write
  std::FILE* m_output = nullptr;  // what we read
};

}  // namespace benchmarks
