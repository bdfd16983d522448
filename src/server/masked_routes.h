// Which answers show people, so that a role that sees some of their fields in part sees them so
// wherever they stand (people/: masked_answer). Answers of people/ itself are masked there, and so
// are lists of people, their exports and previews of messages. Documents that somebody writes and
// saves again (rules, questions, campaigns) stay as they are: a masked text would be saved.
#pragma once

#include <optional>

#include "http/http.h"
#include "store/store.h"

namespace perennial {

// Refuses what shows events and rows as they came, to a role that sees some fields in part.
std::optional<http::Response> refuse_raw(store::Database& database, const http::Route& route,
                                         const http::Request& request);
void mask_people(store::Database& database, const http::Route& route, const http::Request& request,
                 http::Response& response);

}  // namespace perennial
