// People whom a hold-out keeps out of what the programme gives by rules, and what that means for
// what is known of them. Spans are kept here, because what people have earned is worked out anew
// from all that happened: also after the hold-out has ended, nothing is earned by what happened
// meanwhile.
#pragma once

#include <span>
#include <vector>

#include "loyalty/assess.h"
#include "loyalty/separate.h"

namespace perennial::loyalty {

// Marks the facts that give nothing (Fact::held), and says in `known` when its person was held out.
// What was given already stays, by the rule that gave it: somebody may be held out by being joined
// to somebody else.
Result<void> mark_held(store::Connection& c, const Programme& programme,
                       std::vector<Known>& people);
// Those of them who are held out at an instant.
Result<std::set<PersonId>> held_at(store::Connection& c, std::span<const PersonId> people,
                                   Instant at);
// When people are held out.
Result<std::map<PersonId, std::vector<HeldSpan>>> held_spans(store::Connection& c,
                                                             std::span<const PersonId> people);
bool is_held(std::span<const HeldSpan> spans, int64_t at_ms);
// Asks which of these people active hold-outs take, and holds those out; null takes nobody. Who is
// held out already stays so and is not asked about: what is asked looks at each person.
Result<void> hold_newcomers(store::Connection& c, std::span<const PersonId> people, Instant now,
                            const Loyalty::HeldNewcomers& held);
// Who was joined to somebody who is held out is so too.
Result<void> merge_held(store::Connection& c, const people::Move& join);
// When people fall apart, each side is held out as it would be without the join.
Result<void> separate_held(store::Connection& c, const Separation& separation);

}  // namespace perennial::loyalty
