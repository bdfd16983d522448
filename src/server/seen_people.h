// Who saw which people in answers of other modules than people/: statements of points, lists of
// risk, sends, members of hold-outs, reasons of segments. people/ writes down its own answers, and
// lists and exports that other modules have from it.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>

#include "http/http.h"
#include "people/people.h"
#include "store/store.h"

namespace perennial {

// The people that an answer names: members person, person_id, referrer and friend, and the ids of
// objects that also have a user id.
std::set<people::PersonId> people_in(const Json& answer);

class SeenPeople {
 public:
  explicit SeenPeople(store::Database& database) : database_(database) {}
  // One entry of the audit trail for an answer that shows people, as people/ writes it: a person's
  // part (customers.view) or a list (customers.list). An answer that cannot be written down is not
  // given.
  void record(const http::Route& route, const http::Request& request, http::Response& response,
              Instant now);

 private:
  Result<void> record_answer(const http::Route& route, const http::Request& request,
                             const http::Response& response, Instant now);

  Result<void> write(const http::Request& request, std::string_view action,
                     const std::string& object, const Json& detail, Instant now);

  store::Database& database_;
  std::mutex mutex_;
  std::map<std::string, Instant> seen_;  // the same view by the same user counts once for a while
};

}  // namespace perennial
