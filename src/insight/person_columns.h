// Properties of people as columns: a small number for each person, equal for equal values. Made
// from the people tables when a question first needs a property, and again when people changed.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "people/people.h"
#include "store/store.h"
#include "timeline/timeline.h"

namespace perennial::insight {

inline constexpr size_t kMaxPersonValues = 1'000'000;  // different ones of a property; kTooLarge
inline constexpr size_t kMaxPersonColumns = 32;        // kept

struct PersonColumn {
  std::vector<uint32_t> code;  // by person; 0 = missing
  struct Value {
    std::string text;  // numbers as they are written, booleans as true and false
    std::optional<double> number;
  };
  std::vector<Value> values{1};  // by code
  uint64_t version = 0;

  // Whether people with this code fit.
  bool fits(uint32_t code, const timeline::Test& test) const;
};

// Thread-safe.
class PersonColumns {
 public:
  explicit PersonColumns(store::Database& database) : database_(database) {}
  Result<std::shared_ptr<const PersonColumn>> get(const std::string& property);

 private:
  store::Database& database_;
  std::mutex building_;  // one column at a time: it reads all people
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const PersonColumn>> columns_;
};

}  // namespace perennial::insight
