// How a batch becomes people: Intake reads what the events say, Joiner finds out whose it is, and
// Writer stores facts and orders and computes the people anew that were touched. All but the cache
// is in the state database, in the transaction of the stage's cursor.
//
// A batch may be applied again (after a failure) and a commit's outcome may be unknown; so what the
// batch taught the cache waits until the database itself says, at the start of the next batch, that
// this batch was committed. Events that were applied already are skipped.
#include "people/stage.h"

#include <algorithm>

#include "people/claims.h"
#include "people/hand.h"
#include "people/identifier.h"
#include "people/joiner.h"
#include "people/split.h"
#include "people/writer.h"

namespace perennial::people {
namespace {

class PeopleStage {
 public:
  explicit PeopleStage(std::function<Basics()> basics) : basics_(std::move(basics)) {}

  Result<void> apply(store::Connection& c, std::span<const events::StoredEvent> events) {
    Progress progress = TRY(start(c));
    const auto first = std::ranges::find_if(events, [&](const events::StoredEvent& event) {
      return static_cast<int64_t>(event.seq) > progress.applied_seq;
    });
    if (first == events.end()) return {};
    const Basics basics = basics_();
    if (std::exchange(progress.currency, basics.currency) != basics.currency) {
      TRY(Writer(c, reader_, names_, basics.currency).refresh_all_figures());
    }
    const auto rest = events.subspan(static_cast<size_t>(first - events.begin()));
    TRY(apply_parts(c, rest, basics, progress));
    progress.applied_seq = static_cast<int64_t>(events.back().seq);
    TRY(
        c.execute("UPDATE people_progress SET applied_seq = $1, last_person = $2,"
                  " last_identity = $3, orders_seq = $4, profiles_seq = $5, currency = $6"
                  " WHERE id = 1",
                  {progress.applied_seq, progress.last_person, progress.last_identity,
                   progress.orders_seq, progress.profiles_seq, progress.currency}));
    return {};
  }

 private:
  Result<Progress> start(store::Connection& c) {
    const auto row = TRY(c.query_one(
        "SELECT applied_seq, last_person, last_identity, orders_seq, profiles_seq, currency,"
        " erasures FROM people_progress WHERE id = 1"));
    INVARIANT(row.has_value());
    Progress progress{row->integer(0), row->integer(1), row->integer(2),
                      row->integer(3), row->integer(4), row->text(5)};
    if (waiting_seq_ == progress.applied_seq) {
      for (const auto& [from, into] : waiting_merges_) cache_.merge(from, into);
      for (const auto& [key, identity] : waiting_rows_) cache_.put(key, identity);
      for (const auto& [key, at] : waiting_claims_) cache_.put_claim(key, at);
      cached_seq_ = waiting_seq_;
    }
    waiting_rows_.clear();
    waiting_claims_.clear();
    waiting_merges_.clear();
    waiting_seq_ = -1;
    // Somebody else went on, or identities were erased.
    const bool erased = std::exchange(erasures_, row->integer(6)) != row->integer(6);
    if (cached_seq_ != progress.applied_seq || erased) {
      cache_.clear();
      cached_seq_ = progress.applied_seq;
    }
    return progress;
  }

  // What people decided by hand cuts a batch in parts: it is decided from all that came before.
  Result<void> apply_parts(store::Connection& c, std::span<const events::StoredEvent> events,
                           const Basics& basics, Progress& progress) {
    const auto last = static_cast<int64_t>(events.back().seq);
    by_hand_ = by_hand_ || TRY(any_hand_word(c));
    if (std::ranges::none_of(events, is_hand_event)) {
      Intake intake(reader_, basics.currency, basics.region);
      for (const events::StoredEvent& event : events) intake.add(event);
      Joined joined = TRY(apply_intake(c, intake, basics, progress, last));
      remember(intake, joined, last);
      return {};
    }
    by_hand_ = true;
    while (!events.empty()) {
      cache_.clear();
      const auto hand = std::ranges::find_if(events, is_hand_event);
      const auto count = static_cast<size_t>(hand - events.begin());
      Intake intake(reader_, basics.currency, basics.region);
      for (const events::StoredEvent& event : events.first(count)) intake.add(event);
      if (count > 0) TRY(apply_intake(c, intake, basics, progress, last));
      events = events.subspan(count);
      if (events.empty()) break;
      TRY(apply_word(c, events.front(), basics, progress, last));
      events = events.subspan(1);
    }
    cache_.clear();
    cached_seq_ = -1;
    return {};
  }

  Result<Joined> apply_intake(store::Connection& c, Intake& intake, const Basics& basics,
                              Progress& progress, int64_t last) {
    Joined joined = TRY(Joiner(c, intake, cache_, progress, by_hand_).run());
    TRY(write(c, intake, joined, basics, progress, last));
    return joined;
  }

  Result<void> write(store::Connection& c, Intake& intake, Joined& joined, const Basics& basics,
                     Progress& progress, int64_t last) {
    TRY(Writer(c, reader_, names_, basics.currency).run(intake, joined));
    if (!joined.orders.empty()) progress.orders_seq = last;
    if (!joined.profiles.empty()) progress.profiles_seq = last;
    return {};
  }

  Result<void> apply_word(store::Connection& c, const events::StoredEvent& event,
                          const Basics& basics, Progress& progress, int64_t last) {
    const auto word = read_hand_word(event);
    if (!word || !TRY(keep_hand_word(c, *word))) return {};
    Intake intake(reader_, basics.currency, basics.region);
    const uint32_t a = intake.subject(word->a.kind, word->a.value);
    const uint32_t b = intake.subject(word->b.kind, word->b.value);
    if (word->b.kind == IdentityKind::kAnonymous) {
      if (word->a.kind == IdentityKind::kUser) intake.redo.push_back(b);
    } else if (word->merged) {
      intake.aliases.push_back({.previous = a,
                                .user = b,
                                .cause = {"hand", word->source, word->message_id, word->at.ms},
                                .stored = true});
    } else {
      const auto one = TRY(resolve(c, word->a.value, "")),
                 other = TRY(resolve(c, word->b.value, ""));
      if (!one || one != other) return {};
      Joined joined;
      TRY(split_person(c, *one, *word, progress, joined));
      return write(c, intake, joined, basics, progress, last);
    }
    TRY(apply_intake(c, intake, basics, progress, last));
    return {};
  }

  void remember(const Intake& intake, Joined& joined, int64_t seq) {
    waiting_rows_.reserve(intake.subjects.size());
    waiting_claims_.reserve(intake.claims.size());
    for (const Subject& subject : intake.subjects) {
      if (subject.row.id != 0) waiting_rows_.emplace_back(subject.key, subject.row);
    }
    for (const Claim& claim : intake.claims) {
      const int64_t identity = intake.subjects[claim.subject].row.id;
      waiting_claims_.emplace_back(claim_key(claim.kind, claim.value, identity), claim.at);
    }
    waiting_merges_ = std::move(joined.merged);
    waiting_seq_ = seq;
  }

  std::function<Basics()> basics_;
  bool by_hand_ = false;  // people have decided something
  PropertyReader reader_;
  NameOrder names_;
  IdentityCache cache_;
  int64_t cached_seq_ = -1;
  int64_t erasures_ = 0;  // that the cache knows of
  std::vector<std::pair<Fingerprint, IdentityRow>> waiting_rows_;
  std::vector<std::pair<Fingerprint, Stamp>> waiting_claims_;
  std::vector<std::pair<PersonId, PersonId>> waiting_merges_;
  int64_t waiting_seq_ = -1;
};

}  // namespace

events::Stage make_stage(std::function<Basics()> basics) {
  auto stage = std::make_shared<PeopleStage>(std::move(basics));
  return {.name = "people",
          .apply = [stage](store::Connection& c, std::span<const events::StoredEvent> events) {
            return stage->apply(c, events);
          }};
}

events::Stage people_stage(access::Settings& settings) {
  return make_stage([&settings] {
    const access::Workspace workspace = settings.workspace();
    return Basics{workspace.currency, region_of_zone(workspace.calendar.zone.name())};
  });
}

}  // namespace perennial::people
