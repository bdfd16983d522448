// Erasure of a person from every store, with a signed receipt.
//
// PIPL article 47 and GDPR article 17 give the right; what bookkeeping needs stays without
// identity, and the receipt names it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "access/access.h"
#include "base/base.h"
#include "events/events.h"
#include "http/http.h"
#include "people/people.h"
#include "store/store.h"

namespace perennial::privacy {

inline constexpr size_t kMaxReasonBytes = 500;

class Privacy {
 public:
  struct Wiring {
    store::Database& database;
    events::Log& log;
    Clock clock;
    // Blocks until the stages have passed `seq`; false when they do not get there soon.
    std::function<bool(uint64_t seq)> settle;
    std::string outbox_directory;  // where messages are kept as files; "" for none
  };
  // Finishes erasures that a stop interrupted.
  static Result<std::unique_ptr<Privacy>> open(Wiring wiring);
  virtual ~Privacy() = default;
  // The receipt: {id, at, person_id, by, reason, removed[], kept[], events, files, key, signature}.
  // kNotFound; kBusy when the stages are too far behind to know all events of the person.
  virtual Result<Json> erase(people::PersonId person, const http::Principal& by,
                             std::string_view reason) = 0;
  // /v1/customers/{person_id}/erasure, /v1/privacy/erasures*, /v1/privacy/key.
  virtual void add_routes(http::Router& router) = 0;
};

std::span<const store::Migration> migrations();

}  // namespace perennial::privacy
