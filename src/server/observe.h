// What the program tells about itself while it runs: the access log, Prometheus metrics, and (in
// tests) recorded traffic.
#pragma once

#include <fstream>
#include <memory>
#include <mutex>
#include <string>

#include "events/events.h"
#include "http/http.h"
#include "server/server.h"

namespace perennial::server {

class Observation {
 public:
  // `record`: file to which exchanges are appended as JSON lines; "" = none.
  static Result<std::unique_ptr<Observation>> open(const std::string& record);
  virtual ~Observation() = default;
  virtual void exchange(const http::Exchange& exchange) = 0;
  // The metrics in Prometheus' text format, with the figures of the log and the stages as of now.
  virtual std::string metrics(events::Log& log, const events::Stages& stages) = 0;
};

int64_t resident_bytes();

}  // namespace perennial::server
