#include "server/observe.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

namespace perennial::server {
namespace {

// Bodies longer than this are recorded without their text: the contract is checked on ordinary
// traffic.
constexpr size_t kMaxRecordedBody = 2 * 1024 * 1024;

class Observer final : public Observation {
 public:
  explicit Observer(std::ofstream record) : record_(std::move(record)) {}

  void exchange(const http::Exchange& exchange) override {
    std::string path = exchange.route ? exchange.route->path : "(none)";
    std::string status = std::to_string(exchange.response.status);
    requests_.Add({{"method", exchange.request.method}, {"route", path}, {"status", status}})
        .Increment();
    durations_
        .Add({{"route", path}}, prometheus::Histogram::BucketBoundaries{0.001, 0.005, 0.02, 0.05,
                                                                        0.1, 0.2, 0.5, 1, 5, 30})
        .Observe(static_cast<double>(exchange.duration.count()) / 1e6);
    log(exchange, path);
    if (record_.is_open() && exchange.route) write_record(exchange);
  }

  std::string metrics(events::Log& log, const events::Stages& stages) override {
    if (auto stats = log.stats()) {
      gauge("perennial_events", "Events in the log", {}, static_cast<double>(stats->events));
      gauge("perennial_events_pending", "Events that wait for their group commit", {},
            static_cast<double>(stats->pending_rows));
      gauge("perennial_events_duplicates", "Repeated events since the start", {},
            static_cast<double>(stats->duplicates));
      gauge("perennial_events_bytes", "Size of the event log on disk", {},
            static_cast<double>(stats->bytes_on_disk));
    }
    for (const auto& stage : stages.progress()) {
      gauge("perennial_stage_behind", "Events that a stage has yet to read",
            {{"stage", stage.name}}, static_cast<double>(stage.behind));
      gauge("perennial_stage_failing", "1 while the last try of a stage failed",
            {{"stage", stage.name}}, stage.error.empty() ? 0 : 1);
    }
    gauge("perennial_resident_bytes", "Resident memory of the process", {},
          static_cast<double>(resident_bytes()));
    return prometheus::TextSerializer().Serialize(registry_.Collect());
  }

 private:
  void gauge(const char* name, const char* help, const prometheus::Labels& labels, double value) {
    prometheus::BuildGauge().Name(name).Help(help).Register(registry_).Add(labels).Set(value);
  }

  // The route's pattern stands for the path: identifiers and tokens in paths stay out of the log.
  static void log(const http::Exchange& exchange, const std::string& path) {
    auto level = exchange.response.status >= 500 ? spdlog::level::err
                 : exchange.route && exchange.route->quiet && exchange.response.status < 400
                     ? spdlog::level::debug
                     : spdlog::level::info;
    spdlog::log(level, "request method={} route={} status={} ms={:.1f} id={} by={}",
                exchange.request.method, path, exchange.response.status,
                static_cast<double>(exchange.duration.count()) / 1000, exchange.request.id,
                exchange.request.principal.id.empty() ? "-" : exchange.request.principal.id);
  }

  void write_record(const http::Exchange& exchange) {
    const auto& request = exchange.request;
    const auto& response = exchange.response;
    auto cut = [](const std::string& body) {
      return body.size() > kMaxRecordedBody ? std::string() : body;
    };
    Json entry = {{"method", request.method},
                  {"route", exchange.route->path},
                  {"query", request.query},
                  {"request_type", std::string(request.header("content-type"))},
                  {"request", cut(request.body)},
                  {"status", response.status},
                  {"response_type", response.content_type},
                  {"response", cut(response.body)}};
    std::string line = to_text(entry) + "\n";
    std::scoped_lock lock(record_mutex_);
    record_ << line << std::flush;
  }

  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter>& requests_ = prometheus::BuildCounter()
                                                           .Name("perennial_http_requests_total")
                                                           .Help("Answered requests")
                                                           .Register(registry_);
  prometheus::Family<prometheus::Histogram>& durations_ =
      prometheus::BuildHistogram()
          .Name("perennial_http_request_seconds")
          .Help("Time from the whole request to the reply")
          .Register(registry_);
  std::mutex record_mutex_;
  std::ofstream record_;
};

}  // namespace

Result<std::unique_ptr<Observation>> Observation::open(const std::string& record) {
  std::ofstream file;
  if (!record.empty()) {
    file.open(record, std::ios::app);
    if (!file)
      return fail(Code::kForbidden, "the file for recorded traffic cannot be written", record);
  }
  return std::make_unique<Observer>(std::move(file));
}

int64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  int64_t size = 0, resident = 0;
  file >> size >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

}  // namespace perennial::server
