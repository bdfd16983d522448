// Who there is: everyone's places, who is known, and traits as columns. Made from the people tables
// once, then kept up to date person by person.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "people/people.h"
#include "segments/trait.h"
#include "store/store.h"

namespace perennial::segments {

using people::PersonId;
using timeline::Crowd;
using timeline::kBucketPeople;
using timeline::People;

inline constexpr size_t kMaxTraitValues = 1'200'000;  // different ones of a trait; kTooLarge
inline constexpr size_t kMaxTraitColumns = 64;

bool has(const People& people, PersonId person);
// Grows as needed.
void put(People& people, PersonId person, bool there);
size_t size_of(const People& people);

// One trait: a number for each person, equal for equal values.
struct TraitColumn {
  std::vector<uint32_t> code;  // by person; 0 = none
  std::vector<TraitValue> values{1};
  std::unordered_map<std::string, uint32_t> codes;
  uint32_t code_of(TraitValue value);
  const TraitValue& value(PersonId person) const {
    const auto place = static_cast<size_t>(person);
    return values[place < code.size() ? code[place] : 0];
  }
};

// Thread-safe.
class Roster {
 public:
  explicit Roster(store::Database& database) : database_(database) {}

  // What follows is read under a lock that is held as long as the view lives.
  class View {
   public:
    const People& everyone() const { return roster_.everyone_; }
    const People& known() const { return roster_.known_; }
    const TraitColumn& trait(const std::string& property) const {
      return *roster_.columns_.at(property);
    }

   private:
    friend class Roster;
    explicit View(const Roster& roster) : roster_(roster), lock_(roster.mutex_) {}
    const Roster& roster_;
    std::shared_lock<std::shared_mutex> lock_;
  };
  // With columns of these traits. Reads whatever changed since, unless somebody keeps the roster
  // (then it is as new as the last patch()).
  Result<View> view(const std::set<std::string>& traits);

  // From now on the caller tells who changed.
  Result<void> keep();
  // From now on it reads by itself what changed.
  void let_go();
  // Reads these people again; who is not there any more goes.
  Result<void> patch(std::span<const PersonId> changed);

 private:
  Result<void> load();
  Result<void> add_columns(const std::set<std::string>& traits);

  store::Database& database_;
  std::mutex changing_;  // one change at a time; held before mutex_
  mutable std::shared_mutex mutex_;
  bool loaded_ = false, kept_ = false;
  uint64_t version_ = 0;      // of the profiles
  PersonId last_person_ = 0;  // the highest number when it was loaded
  uint64_t applied_seq_ = 0;
  int64_t last_move_ = 0;
  People everyone_, known_;
  std::map<std::string, std::unique_ptr<TraitColumn>> columns_;
};

}  // namespace perennial::segments
