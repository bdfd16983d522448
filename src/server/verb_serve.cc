#include <cstdio>

#include <malloc.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include "server/verbs.h"

namespace perennial::server {

namespace {

// As many open files as the system lets this process have: thousands of connections beside the
// engine's files.
void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) spdlog::warn("the limit of open files stays low");
}

// glibc gives every thread a heap of its own, and each keeps what it once needed: two heaps are
// enough for the few threads that allocate at the same time.
constexpr int kHeaps = 2;
// Batches of events go back to the system when they are freed. By itself glibc would soon keep
// pieces of up to 32 MB, full of holes.
constexpr int kOwnPages = 1 << 20;

}  // namespace

Result<void> run_serve(const Config& config) {
  raise_file_limit();
  ::mallopt(M_ARENA_MAX, kHeaps);
  ::mallopt(M_MMAP_THRESHOLD, kOwnPages);
  // Blocked before any thread starts, so that only sigwait below sees them.
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);

  auto program = TRY(Program::start(config));
  std::string host =
      config.host.find(':') == std::string::npos ? config.host : "[" + config.host + "]";
  std::printf("Perennial is ready at http://%s:%d\n", host.c_str(), program->port());
  if (!program->first_link().empty()) {
    std::printf("Sign in for the first time (works once): %s\n", program->first_link().c_str());
  }
  std::fflush(stdout);
  int signal = 0;
  do {
    sigwait(&signals, &signal);
  } while (signal == SIGHUP);  // a closed terminal does not end a server
  spdlog::info("stopping signal={}", signal);
  program->stop();
  program.reset();
  spdlog::info("stopped");
  return {};
}

}  // namespace perennial::server
