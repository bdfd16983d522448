#include "http/stream.h"

#include "http/streaming.h"

namespace perennial::http {

std::string stream_event(std::string_view name, std::string_view id, const Json& data) {
  std::string out;
  out.append("event: ").append(name).append("\nid: ").append(id);
  out.append("\ndata: ").append(to_text(data)).append("\n\n");
  return out;
}

void add_stream(Router& router, Route route, StreamHandler handler) {
  router.add_async(std::move(route), Streaming{std::move(handler)});
}

}  // namespace perennial::http
