// The load generator of `./run bench collect`, and the bare server that it compares with.
//
//   bench_collect load PORT WRITE_KEY CONNECTIONS SECONDS BATCH PREFIX   sends batches; prints one
//   line of JSON bench_collect bare                                                    a server
//   that parses each batch and drops it
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include <signal.h>
#include <unistd.h>

#include "collect/collect.h"
#include "http/http.h"

namespace perennial {
namespace {

using Steady = std::chrono::steady_clock;

struct Load {
  uint16_t port;
  std::string key, prefix;
  int connections, seconds, batch;
};

struct Lane {
  std::vector<double> milliseconds;  // of each acknowledged request
  int64_t acknowledged = 0, refused = 0;
};

void append_two_digits(std::string& out, int64_t number) {
  out += static_cast<char>('0' + number / 10);
  out += static_cast<char>('0' + number % 10);
}

// One event of about 190 bytes, as a shop's tracker sends it, some time on one day.
void append_event(std::string& out, const Load& load, int lane, int64_t number) {
  const int64_t second = (number * 61 + lane * 7) % 86'400;
  std::string id = load.prefix + std::to_string(lane) + "-" + std::to_string(number);
  out += R"({"type":"track","event":"Product Viewed","userId":"user-)" +
         std::to_string((number * 7919 + lane) % 100'000) + R"(","messageId":")" + id +
         R"(","timestamp":"2026-11-01T)";
  append_two_digits(out, second / 3'600);
  out += ':';
  append_two_digits(out, second / 60 % 60);
  out += ':';
  append_two_digits(out, second % 60);
  out += R"(.000Z","properties":{"sku":"SKU-)" + std::to_string(number % 5'000) +
         R"(","price":12.5,"category":"tea"}})";
}

std::string batch_body(const Load& load, int lane, int64_t first) {
  std::string body = R"({"batch":[)";
  for (int i = 0; i < load.batch; ++i) {
    if (i > 0) body += ',';
    append_event(body, load, lane, first + i);
  }
  return body + "]}";
}

void drive(const Load& load, int lane, Steady::time_point end, Lane& result) {
  http::Client client("127.0.0.1", load.port);
  const std::vector<std::pair<std::string, std::string>> headers = {
      {"X-Write-Key", load.key}, {"Content-Type", "application/json"}};
  for (int64_t first = 0; Steady::now() < end; first += load.batch) {
    std::string body = batch_body(load, lane, first);
    auto begun = Steady::now();
    auto reply = client.send("POST", "/v1/batch", body, headers);
    if (reply && reply->status == 200) {
      result.acknowledged += load.batch;
      result.milliseconds.push_back(
          std::chrono::duration<double, std::milli>(Steady::now() - begun).count());
    } else {
      ++result.refused;
    }
  }
}

int run_load(const Load& load) {
  std::vector<Lane> lanes(static_cast<size_t>(load.connections));
  auto begun = Steady::now();
  {
    std::vector<std::jthread> threads;
    for (int lane = 0; lane < load.connections; ++lane) {
      threads.emplace_back([&, lane] {
        drive(load, lane, begun + std::chrono::seconds(load.seconds),
              lanes[static_cast<size_t>(lane)]);
      });
    }
  }
  double seconds = std::chrono::duration<double>(Steady::now() - begun).count();
  std::vector<double> all;
  int64_t acknowledged = 0, refused = 0;
  for (const Lane& lane : lanes) {
    all.insert(all.end(), lane.milliseconds.begin(), lane.milliseconds.end());
    acknowledged += lane.acknowledged;
    refused += lane.refused;
  }
  if (all.empty()) {
    std::fprintf(stderr, "bench_collect: no request was answered with 200\n");
    return 1;
  }
  std::sort(all.begin(), all.end());
  auto quantile = [&](double q) {
    return all[static_cast<size_t>(q * static_cast<double>(all.size() - 1))];
  };
  std::printf(
      "{\"events\":%ld,\"per_second\":%.0f,\"p50_ms\":%.1f,\"p99_ms\":%.1f,\"max_ms\":%.1f,"
      "\"refused\":%ld}\n",
      acknowledged, static_cast<double>(acknowledged) / seconds, quantile(0.5), quantile(0.99),
      all.back(), refused);
  return 0;
}

// Parses and drops: what HTTP and JSON alone cost on this machine.
int run_bare() {
  http::Router router;
  router.add_async(
      {.method = "POST", .path = "/v1/batch", .right = "public", .quiet = true},
      [](std::shared_ptr<http::Request> request, http::Reply reply) {
        std::string key;
        auto decoded = collect::decode_segment("batch", request->body, "bare", system_now(), &key);
        reply(decoded ? http::json(200, {{"success", true}}) : http::problem(decoded.error()));
      });
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  auto server = http::Server::start(std::move(router), {.port = 0});
  if (!server) {
    std::fprintf(stderr, "bench_collect: %s\n", server.error().text().c_str());
    return 1;
  }
  std::printf("%d\n", (*server)->port());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&signals, &signal);
  (*server)->stop(std::chrono::seconds(1));
  return 0;
}

}  // namespace
}  // namespace perennial

int main(int argc, char** argv) {
  std::string mode = argc > 1 ? argv[1] : "";
  if (mode == "bare") return perennial::run_bare();
  if (mode != "load" || argc != 8) {
    std::fprintf(stderr,
                 "usage: bench_collect load PORT WRITE_KEY CONNECTIONS SECONDS BATCH PREFIX | "
                 "bench_collect bare\n");
    return 2;
  }
  return perennial::run_load({.port = static_cast<uint16_t>(std::atoi(argv[2])),
                              .key = argv[3],
                              .prefix = argv[7],
                              .connections = std::atoi(argv[4]),
                              .seconds = std::atoi(argv[5]),
                              .batch = std::atoi(argv[6])});
}
