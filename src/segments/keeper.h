// Keeps memberships right. One thread looks at what the timeline took up since it last looked, at
// the clock, and at what was edited, and writes who came and went together with how far it is, in
// one transaction: after a crash it repeats work but loses and doubles nothing.
//
// Time: each segment knows, bucket by bucket, the earliest second at which time alone may change
// one of its people; those buckets are looked at again at that second. These timers follow from
// the log and the clock: after a start everybody is looked at once, which sets them anew and finds
// what the time without the program changed.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "segments/engine.h"
#include "segments/news.h"
#include "segments/saved.h"

namespace perennial::segments {

inline constexpr std::chrono::milliseconds kLook{50};     // between two looks at the timeline
inline constexpr std::chrono::seconds kFromLogEvery{60};  // for rules that the log must answer
inline constexpr std::chrono::minutes kSaveEvery{10};     // members as a whole
inline constexpr std::chrono::minutes kSizeEvery{1};

class Keeper {
 public:
  Keeper(const Parts& parts, Engine& engine) : parts_(parts), engine_(engine) {}
  ~Keeper() { stop(); }
  void start();
  void stop();

  // To be called after definitions or lists were committed. What is being computed by an older
  // definition of that segment ends at once.
  void edited(const std::string& id);
  // kNotFound; kBusy while they are being computed for the first time.
  Result<MembersPtr> members(const std::string& id) const;
  std::string name_of(const std::string& id) const;
  struct State {
    bool computing = false;
    std::string error;
    std::optional<Instant> turns_at;  // when time alone may change somebody, at the earliest
    size_t people = 0;
    std::optional<Instant> computed_at;
  };
  State state_of(const std::string& id) const;
  bool wait_until(uint64_t seq, std::chrono::milliseconds at_most);
  // Until that version is computed; false when the time is over.
  bool wait_for(const std::string& id, int64_t version, std::chrono::milliseconds at_most);

 private:
  // One segment as the keeping thread has it.
  struct Kept {
    Saved saved;
    std::optional<Definition> definition;  // none: a list
    Interest interest;
    std::set<std::string> references, facts;
    std::shared_ptr<const Program> program;
    std::shared_ptr<const timeline::Snapshot> snapshot;  // that the program was made for
    std::shared_ptr<const Program> sharing;              // the same for no snapshot: it only shares
    Instant sharing_since;
    MembersPtr members;                // null: never computed
    std::shared_ptr<People> changing;  // a copy, while somebody comes or goes
    std::vector<Second> turns;         // by bucket
    Second soonest = kNever;           // of them
    bool whole = true;                 // everybody must be looked at
    bool first = true;                 // a definition that nobody was held against yet
    std::string why = "catch_up";
    bool from_log = false;
    std::chrono::steady_clock::time_point not_before{};  // of rules that the log must answer
    bool unsaved = false;   // members changed since they were written as a whole
    bool save_now = false;  // and no single changes tell of it
    std::optional<Instant> computed_at;
    SizeRow size;  // what is not noted yet
    std::string error;
  };
  struct Step;  // one look: what is new, and what follows from it

  void run();
  Result<void> step();
  Result<void> load();
  Result<void> reload(Step& step);
  void adopt(Kept& kept);
  void order();
  Result<void> look(Step& step);
  static void look_again(Kept& kept, std::string_view why);
  Result<void> refresh_facts(Step& step);
  void show_early(const Step& step);
  Result<void> commit_many(std::vector<Change>& changes);
  Result<void> commit(Step& step);
  void publish(uint64_t edits);
  // keeper_update.cc
  Result<void> update(Kept& kept, Step& step);
  Result<void> update_whole(Kept& kept, Step& step);
  void share(Step& step);
  static const SharedHits::Places* places_in_shared(const Kept& kept, const Step& step,
                                                    const std::vector<PersonId>& people);
  Result<void> update_news(Kept& kept, Step& step);
  Result<void> update_due(Kept& kept, Step& step);
  Result<void> compile(Kept& kept, Step& step, const timeline::Stop& stop);
  Result<std::unique_ptr<Reading>> reading(const Kept& kept, const Step& step);
  static People& members_to_change(Kept& kept);
  static Crowd members_in(const Kept& kept, uint32_t bucket);
  static void change(Kept& kept, Step& step, PersonId person, bool entered,
                     std::string_view reason);
  static std::string_view reason_of(const Step& step, const Kept& kept, PersonId person,
                                    const std::vector<PersonId>& by_facts);
  static void settle(Kept& kept, Step& step);
  static void move_list(Kept& kept, Step& step);
  static void replace_list(Kept& kept, Step& step, MembersPtr members);
  Result<void> tell();
  Result<std::vector<events::Event>> events_of(std::span<const Change> changes);

  const Parts& parts_;
  Engine& engine_;
  std::thread thread_;

  // Of the keeping thread.
  std::map<std::string, Kept> kept_;
  std::vector<std::string> order_;  // referred to before referring
  Progress progress_;
  bool loaded_ = false;
  Instant last_now_{};
  std::string zone_;
  WeekStart week_start_ = WeekStart::kMonday;
  std::map<std::string, std::shared_ptr<const FactColumn>> facts_;
  std::chrono::steady_clock::time_point facts_at_{}, sizes_at_{}, saved_at_{}, progress_at_{};
  std::vector<Change> untold_;  // oldest first
  std::map<PersonId, std::chrono::steady_clock::time_point> moved_;
  std::shared_ptr<const timeline::Snapshot> looked_at_;
  bool roster_kept_ = false;  // by the news that this thread reads

  // Published.
  struct Shown {
    MembersPtr members;
    std::string name;
    int64_t version = 0;  // that the members are of
    State state;
  };
  mutable std::mutex mutex_;
  std::condition_variable changed_;  // shown_, seq_ or what was edited
  std::map<std::string, Shown> shown_;
  bool shown_all_ = false;  // what was saved is in shown_, were it nothing
  uint64_t seq_ = 0;
  uint64_t edits_ = 0, edits_done_ = 0;
  std::set<std::string> edited_;          // since the last look began
  std::string running_;                   // the segment that is computed whole
  std::shared_ptr<timeline::Stop> stop_;  // of it
  bool stopping_ = false;
};

}  // namespace perennial::segments
