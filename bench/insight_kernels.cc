// Times the nine questions of `./run bench insight` on the timeline's kernels alone, without rivals
// and without HTTP: bench_insight_kernels DIRECTORY PEOPLE [ROUNDS [QUESTION]].
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>

#include "insight_data.h"
#include "insight_ours.h"

namespace {

using perennial::bench::Ours;

double now_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::milli>(now).count();
}

// Of all threads, as if nobody else were on the machine; on two cores half of it is the time.
double cpu_ms() { return 1e3 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const auto people = static_cast<uint32_t>(std::atol(argv[2]));
  const int rounds = argc > 3 ? std::atoi(argv[3]) : 7;
  const std::string only = argc > 4 ? argv[4] : "";
  const std::string path = std::string(argv[1]) + "/base-" + std::to_string(people);
  std::filesystem::create_directories(argv[1]);
  if (!std::filesystem::exists(path)) {
    const double begun = now_ms();
    const auto made = perennial::bench::make_base(path, people);
    if (!made) {
      std::fprintf(stderr, "%s\n", made.error().text().c_str());
      return 1;
    }
    std::printf("made and written in %.2f s\n", (now_ms() - begun) / 1e3);
  }
  const double begun = now_ms();
  auto ours = Ours::open(path, 2);
  if (!ours) {
    std::fprintf(stderr, "%s\n", ours.error().text().c_str());
    return 1;
  }
  const double events = static_cast<double>(ours->facts().events);
  std::printf("%.0f events, %.2f bytes each, opened in %.0f ms\n", events,
              static_cast<double>(ours->base_bytes()) / events, now_ms() - begun);
  for (const char* question : {"funnel3", "funnel3_by", "funnel5", "retention", "segment", "rfm",
                               "paths", "active", "lifecycle"}) {
    if (!only.empty() && only != question) continue;
    std::vector<double> times;
    perennial::bench::Answer answer;
    const double cpu = cpu_ms();
    for (int i = 0; i < rounds; ++i) {
      const double start = now_ms();
      answer = ours->ask(question);
      times.push_back(now_ms() - start);
    }
    std::ranges::sort(times);
    const double middle = times[times.size() / 2];
    std::printf("%-12s median %8.2f ms  best %8.2f ms  cpu/2 %8.2f ms  %7.1f MB  %5.1f GB/s\n",
                question, middle, times.front(), (cpu_ms() - cpu) / 2 / rounds,
                static_cast<double>(answer.bytes) / 1e6,
                static_cast<double>(answer.bytes) / middle / 1e6);
    if (std::getenv("SHOW_ANSWER") != nullptr)
      std::fwrite(answer.text.data(), 1, answer.text.size(), stdout);
  }
}
