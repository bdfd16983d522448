// This test program once more, playing one test that is disabled otherwise, until it is killed.
#pragma once

#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"

extern char** environ;

namespace perennial {

// What a child says to its parent.
inline void report(const std::string& line) {
  const std::string text = "#" + line + "\n";
  if (::write(STDOUT_FILENO, text.data(), text.size()) < 0) ::_exit(1);
}

class Child {
 public:
  // Plays the tests of `filter` with `variables` ("NAME=value") before those of this process.
  Child(std::string filter, std::vector<std::string> variables) {
    int ends[2];
    INVARIANT(::pipe(ends) == 0);
    for (char** one = environ; *one != nullptr; ++one) variables.emplace_back(*one);
    std::vector<char*> environment;
    for (std::string& variable : variables) environment.push_back(variable.data());
    environment.push_back(nullptr);
    std::string program = "/proc/self/exe", disabled = "--gtest_also_run_disabled_tests";
    filter = "--gtest_filter=" + filter;
    char* arguments[] = {program.data(), filter.data(), disabled.data(), nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    INVARIANT(::posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments,
                            environment.data()) == 0);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    output_ = ::fdopen(ends[0], "r");
  }
  ~Child() {
    kill();
    std::fclose(output_);
  }
  Child(const Child&) = delete;
  // The next line that the child reported; empty when it has ended.
  std::string next() {
    char line[256];
    while (std::fgets(line, sizeof line, output_)) {
      if (line[0] == '#') return std::string(line + 1, std::strlen(line) - 2);
    }
    return "";
  }
  void kill() {
    if (pid_ == 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_ = 0;
  std::FILE* output_ = nullptr;
};

}  // namespace perennial
