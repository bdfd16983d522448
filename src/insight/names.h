// Names of events and properties for the check of questions and for pickers: the schema registry,
// kept in memory and read again when it is old or lacks a name.
#pragma once

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/events.h"
#include "insight/query.h"
#include "store/store.h"

namespace perennial::insight {

inline constexpr std::chrono::seconds kNamesAge{10};   // read again when older
inline constexpr std::chrono::seconds kNamesRetry{1};  // when a name is not there
inline constexpr size_t kMaxCachedProperties = 500;    // lists of properties, one an event
inline constexpr size_t kMaxEventsSearched = 40;       // for a property of any event

// What a person carries beside traits.
inline constexpr std::string_view kCountryProperty = "country";

// Thread-safe.
class Names {
 public:
  using Events = std::shared_ptr<const std::vector<events::EventSchema>>;
  using Properties = std::shared_ptr<const std::vector<events::PropertySchema>>;

  Names(store::Database& database, Clock clock) : database_(database), clock_(std::move(clock)) {}

  Result<Events> events(std::chrono::seconds at_most_old = kNamesAge);  // most frequent first
  // Empty for an event that was never seen.
  Result<Properties> properties(events::Type type, const std::string& name,
                                std::chrono::seconds at_most_old = kNamesAge);
  // Those of the most frequent events together, counts added up; `all` tells whether no event was
  // left out.
  Result<Properties> properties_of_any(std::optional<events::Type> type, bool& all);
  // Traits, and what every person has.
  Result<Properties> person_properties();

 private:
  template <class List>
  struct Aged {
    Instant read_at;
    List list;
  };
  bool fresh(Instant read_at, std::chrono::seconds at_most_old) const;

  store::Database& database_;
  Clock clock_;
  std::mutex mutex_;
  std::optional<Aged<Events>> events_;
  std::map<std::pair<events::Type, std::string>, Aged<Properties>> properties_;
};

// What an event says it was worth: the first of these that is there, where a question names none.
inline constexpr std::array<std::string_view, 5> kValueProperties = {"revenue", "total", "value",
                                                                     "amount", "price"};
// Fills in what a question leaves to be chosen by what was seen.
Result<void> choose_value(Query& query, Names& names);

// kInvalid for an event or a property that nobody ever sent, naming the member and close matches.
Result<void> check_names(const Query& query, Names& names);

}  // namespace perennial::insight
