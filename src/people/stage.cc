// How a batch becomes people: Intake reads what the events say, Joiner finds out whose it is, and
// Writer stores facts and orders and computes the people anew that were touched. All but the cache
// is in the state database, in the transaction of the stage's cursor.
//
// A batch may be applied again (after a failure) and a commit's outcome may be unknown; so what the
// batch taught the cache waits until the database itself says, at the start of the next batch, that
// this batch was committed. Events that were applied already are skipped.
#include "people/stage.h"

#include <algorithm>

#include "people/joiner.h"
#include "people/writer.h"

namespace perennial::people {
namespace {

class PeopleStage {
 public:
  explicit PeopleStage(std::function<std::string()> currency) : currency_(std::move(currency)) {}

  Result<void> apply(store::Connection& c, std::span<const events::StoredEvent> events) {
    Progress progress = TRY(start(c));
    const auto first = std::ranges::find_if(events, [&](const events::StoredEvent& event) {
      return static_cast<int64_t>(event.seq) > progress.applied_seq;
    });
    if (first == events.end()) return {};
    const std::string currency = currency_();
    Intake intake(reader_, currency);
    for (auto event = first; event != events.end(); ++event) intake.add(*event);
    progress.applied_seq = static_cast<int64_t>(events.back().seq);

    Writer writer(c, reader_, names_, currency);
    if (std::exchange(progress.currency, currency) != currency) TRY(writer.refresh_all_figures());
    Joined joined = TRY(Joiner(c, intake, cache_, progress).run());
    TRY(writer.run(intake, joined));
    if (!joined.orders.empty()) progress.orders_seq = progress.applied_seq;
    if (!joined.profiles.empty()) progress.profiles_seq = progress.applied_seq;
    TRY(
        c.execute("UPDATE people_progress SET applied_seq = $1, last_person = $2,"
                  " last_identity = $3, orders_seq = $4, profiles_seq = $5, currency = $6"
                  " WHERE id = 1",
                  {progress.applied_seq, progress.last_person, progress.last_identity,
                   progress.orders_seq, progress.profiles_seq, progress.currency}));
    remember(intake, joined, progress.applied_seq);
    return {};
  }

 private:
  Result<Progress> start(store::Connection& c) {
    const auto row = TRY(c.query_one(
        "SELECT applied_seq, last_person, last_identity, orders_seq, profiles_seq, currency"
        " FROM people_progress WHERE id = 1"));
    INVARIANT(row.has_value());
    Progress progress{row->integer(0), row->integer(1), row->integer(2),
                      row->integer(3), row->integer(4), row->text(5)};
    if (waiting_seq_ == progress.applied_seq) {
      for (const auto& [from, into] : waiting_merges_) cache_.merge(from, into);
      for (const auto& [key, identity] : waiting_rows_) cache_.put(key, identity);
      cached_seq_ = waiting_seq_;
    }
    waiting_rows_.clear();
    waiting_merges_.clear();
    waiting_seq_ = -1;
    if (cached_seq_ != progress.applied_seq) {  // somebody else went on
      cache_.clear();
      cached_seq_ = progress.applied_seq;
    }
    return progress;
  }

  void remember(const Intake& intake, Joined& joined, int64_t seq) {
    for (const Subject& subject : intake.subjects) {
      if (subject.row.id != 0) waiting_rows_.emplace_back(subject.key, subject.row);
    }
    waiting_merges_ = std::move(joined.merged);
    waiting_seq_ = seq;
  }

  std::function<std::string()> currency_;
  PropertyReader reader_;
  NameOrder names_;
  IdentityCache cache_;
  int64_t cached_seq_ = -1;
  std::vector<std::pair<Fingerprint, IdentityRow>> waiting_rows_;
  std::vector<std::pair<PersonId, PersonId>> waiting_merges_;
  int64_t waiting_seq_ = -1;
};

}  // namespace

events::Stage make_stage(std::function<std::string()> currency) {
  auto stage = std::make_shared<PeopleStage>(std::move(currency));
  return {.name = "people",
          .apply = [stage](store::Connection& c, std::span<const events::StoredEvent> events) {
            return stage->apply(c, events);
          }};
}

events::Stage people_stage(access::Settings& settings) {
  return make_stage([&settings] { return settings.workspace().currency; });
}

}  // namespace perennial::people
