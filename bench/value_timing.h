// A line of `./run bench value`: the wall clock held against the limit, and the processor's time
// beside it, which shows how busy the machine was.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>

namespace perennial::value {

inline double processor_ms() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
}

template <class Work>
void measure(const char* what, double limit_ms, Work work) {
  const auto begin = std::chrono::steady_clock::now();
  const double before = processor_ms();
  work();
  const double spent = processor_ms() - before;
  const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - begin;
  std::printf("%-52s %10.1f ms wall %10.1f ms processor   limit %8.0f ms   %5.2f of it\n", what,
              wall.count(), spent, limit_ms, wall.count() / limit_ms);
  std::fflush(stdout);
}

// Churn risk over the events of `people` people, about a hundred each. 1 when nothing was learned.
int run_churn(uint32_t people);

}  // namespace perennial::value
