// What two people share that should be one person's alone.
#include "people/bulk.h"
#include "people/identifier.h"
#include "people/people.h"

namespace perennial::people {

using store::Row;
using store::Value;

Result<std::vector<SharedMark>> shared_marks(store::Connection& c, PersonId person,
                                             std::span<const PersonId> others) {
  std::vector<SharedMark> marks;
  const std::vector<Value> keys(others.begin(), others.end());
  const std::vector<Value> fixed = {person, kMaxClaimants};
  TRY(each_in(c,
              "SELECT DISTINCT theirs.person, a.kind FROM identities mine"
              " JOIN identity_claims a ON a.identity = mine.id"
              " JOIN identity_claims b ON b.value = a.value AND b.kind = a.kind"
              " JOIN identities theirs ON theirs.id = b.identity"
              " WHERE mine.person = $1 AND (SELECT count(*) FROM identity_claims n"
              " WHERE n.value = a.value AND n.kind = a.kind) <= $2 AND theirs.person IN {}"
              " ORDER BY 1, 2",
              fixed, keys, [&](const Row& row) -> Result<void> {
                if (row.integer(0) == person) return {};
                const auto kind = static_cast<IdentifierKind>(row.integer(1));
                marks.push_back({row.integer(0), std::string(kind_name(kind))});
                return {};
              }));
  TRY(each_in(c,
              "SELECT DISTINCT theirs.person FROM identities mine"
              " JOIN identity_joins a ON a.user_identity = mine.id"
              " JOIN identity_joins b ON b.visitor = a.visitor"
              " JOIN identities theirs ON theirs.id = b.user_identity"
              " WHERE mine.person = $1 AND theirs.person IN {} ORDER BY 1",
              std::span(fixed).first(1), keys, [&](const Row& row) -> Result<void> {
                if (row.integer(0) != person)
                  marks.push_back({row.integer(0), std::string(kSharedVisitor)});
                return {};
              }));
  return marks;
}

}  // namespace perennial::people
