// SPDX-License-Identifier: Apache-2.0
#include "samples/cli/bench/child_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "samples/cli/failure.h"
#include "samples/cli/stopwatch.h"

namespace arges::cli {
namespace {

pid_t start(const std::vector<std::string>& arguments) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int error = posix_spawn(&child, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw Failure("cannot start " + arguments[0] + ": " + std::strerror(error));
  return child;
}

}  // namespace

ChildRun run_child(const std::vector<std::string>& arguments) {
  const Stopwatch watch;
  const pid_t child = start(arguments);
  int status = 0;
  struct rusage usage {};
  if (wait4(child, &status, 0, &usage) != child) throw Failure("lost the child process");
  constexpr std::int64_t kKibibyte = 1024;
  return {watch.seconds(), usage.ru_maxrss * kKibibyte,
          WIFEXITED(status) ? WEXITSTATUS(status) : -1};
}

}  // namespace arges::cli
