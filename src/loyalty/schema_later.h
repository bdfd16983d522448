// Later steps of the tables of loyalty/, which schema.cc lists.
#pragma once

#include <string_view>

namespace perennial::loyalty {

// Who posted what, and the orders in which postings are looked for; a kind holds the newest first.
inline constexpr std::string_view kSearch = R"sql(
ALTER TABLE loyalty_postings ADD COLUMN actor TEXT NOT NULL DEFAULT '';
CREATE TABLE loyalty_actors (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL
);
CREATE INDEX loyalty_postings_by_entry ON loyalty_postings (entry, line);
CREATE INDEX loyalty_postings_by_kind ON loyalty_postings (currency, kind, at_ms, entry, line);
CREATE INDEX loyalty_postings_by_rule ON loyalty_postings (currency, rule, at_ms, entry, line)
  WHERE rule <> '';
CREATE INDEX loyalty_postings_by_actor ON loyalty_postings (currency, actor, at_ms, entry, line)
  WHERE actor <> '';
CREATE INDEX loyalty_postings_by_order ON loyalty_postings (order_ref) WHERE order_ref <> '';
CREATE INDEX loyalty_postings_by_event ON loyalty_postings (event) WHERE event <> '';
)sql";

// What was given for which birthday.
inline constexpr std::string_view kBirthdays = R"sql(
CREATE TABLE loyalty_birthday_gifts (
  programme TEXT NOT NULL,
  id TEXT NOT NULL,
  person BIGINT NOT NULL,
  year BIGINT NOT NULL,
  level TEXT NOT NULL,
  kind BIGINT NOT NULL,
  given TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  given_ms BIGINT NOT NULL,
  PRIMARY KEY (programme, id)
);
CREATE INDEX loyalty_birthday_gifts_by_person ON loyalty_birthday_gifts (person);
)sql";

// What else than commands waits for a second person.
inline constexpr std::string_view kAsked = R"sql(
ALTER TABLE loyalty_approvals ADD COLUMN what TEXT NOT NULL DEFAULT 'command';
ALTER TABLE loyalty_approvals ADD COLUMN amount BIGINT NOT NULL DEFAULT 0;
)sql";

}  // namespace perennial::loyalty
