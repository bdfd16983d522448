// Identifiers that profiles name (identity_claims): who named which first, which are named by too
// many, whom a new claim concerns, and the pairs of users to be looked at by a person.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "people/cache.h"
#include "people/intake.h"
#include "store/store.h"

namespace perennial::people {

class Claims {
 public:
  Claims(store::Connection& c, Intake& intake, const IdentityCache& cache)
      : c_(c), intake_(intake), cache_(cache) {}
  // Writes what is new. Every subject that claims must have its identity by now.
  Result<void> run();
  // Identities of visitors whose user is to be decided anew.
  const std::vector<int64_t>& visitors() const { return visitors_; }

 private:
  using Key = std::pair<int64_t, std::string>;  // kind and value
  struct Claimant {
    int64_t identity = 0;
    bool user = false;
    Stamp at;
    const Claim* claim = nullptr;  // of this batch, if it is to be written
    bool fresh = false;            // not stored before
  };
  using ClaimsOf = std::map<Key, std::vector<Claimant>>;

  std::vector<const Claim*> news() const;
  Result<void> load(const std::vector<const Claim*>& claims);
  void take(const Claim& claim);
  Result<void> follow();
  void propose(const Key& key, const std::vector<Claimant>& claimants);
  Result<void> write();

  store::Connection& c_;
  Intake& intake_;
  const IdentityCache& cache_;
  ClaimsOf all_;
  std::vector<Key> too_many_;  // since this batch
  std::vector<std::vector<store::Value>> proposals_;
  std::vector<int64_t> visitors_;
};

// What the cache knows a claim by.
Fingerprint claim_key(int64_t kind, std::string_view value, int64_t identity);

}  // namespace perennial::people
