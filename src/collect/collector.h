// Taking calls over HTTP. A request is decoded on its connection's thread, its events go to the
// log and its refused events to quarantine, and it is answered when both are durable.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "collect/collect.h"
#include "collect/quarantine.h"

namespace perennial::collect {

class Collector {
 public:
  Collector(store::Database& database, events::Log& log, access::Gate& gate, Clock clock);

  // A call of the Segment protocol: "track" … "batch", "import".
  void take_segment(std::string_view call, const http::Request& request, http::Reply reply);
  void take_sensors(const http::Request& request, http::Reply reply);
  void take_posthog(const http::Request& request, http::Reply reply);

 private:
  // What a client is told when its events are durable.
  using Good = std::function<http::Response(const events::Appended&, size_t quarantined)>;
  Result<std::string> source_of(const http::Request& request, std::string_view key_in_body);
  void store(Decoded decoded, const std::string& source, Instant now, Good good, http::Reply reply);

  events::Log& log_;
  access::Gate& gate_;
  Clock clock_;
  QuarantineWriter quarantine_;
};

}  // namespace perennial::collect
