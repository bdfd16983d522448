// Properties of people as columns, for conditions on people and breakdowns by them. A column is
// made when it is first asked for and then follows: people who had events since are read anew.
//
// Properties are the traits by path ("plan", "address.city") and what people/ keeps itself:
// country, email_consent, known, orders, refunds, revenue_minor. These names win over traits.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/base.h"
#include "events/events.h"
#include "people/people.h"
#include "store/store.h"
#include "timeline/engine.h"
#include "timeline/select.h"

namespace perennial::timeline {

inline constexpr size_t kMaxPersonTexts = 100'000;  // different texts of one property
inline constexpr size_t kMaxPersonColumns = 64;     // kept; the least used goes first

struct PersonColumn {
  uint64_t seq = 0;             // of the log: changes up to this are in it
  int64_t last_move = 0;        // of identities
  std::vector<uint32_t> codes;  // by person; 0 = none, else texts[code - 1]
  std::vector<std::string> texts;
  std::vector<double> numbers;  // by person; NaN = none; empty: nobody has a number
};

// A column as one number for each person, for Ask::person_group; numbers stand behind the texts.
struct PersonGroups {
  std::shared_ptr<const std::vector<uint32_t>> codes;
  std::vector<std::string> labels;  // code c is labels[c - 1]
};

class PersonColumns {
 public:
  PersonColumns(store::Database& database, events::Log& log) : database_(database), log_(log) {}

  // kTooLarge when a property has more than kMaxPersonTexts different texts.
  Result<std::shared_ptr<const PersonColumn>> column(const std::string& property);
  Result<PersonGroups> groups(const std::string& property);
  // Who fits. People whom nobody knows yet (above the newest number) are in no answer.
  Result<People> where(const Test& test);
  // Everybody there is, by number: what the opposite of a set is taken from.
  Result<People> everyone();

 private:
  struct Kept {
    std::shared_ptr<const PersonColumn> column;
    std::shared_ptr<std::unordered_map<std::string, uint32_t>> codes;  // of the column's texts
    uint64_t used = 0;
  };
  Result<Kept> load(const std::string& property, const people::Reached& reached);
  Result<Kept> follow(const std::string& property, const Kept& old, const people::Reached& reached);
  Result<std::vector<people::PersonId>> changed(const PersonColumn& since, uint64_t up_to);

  store::Database& database_;
  events::Log& log_;
  std::mutex mutex_;
  std::unordered_map<std::string, Kept> kept_;
  uint64_t uses_ = 0;
};

}  // namespace perennial::timeline
