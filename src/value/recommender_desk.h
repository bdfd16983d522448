// The workspace's recommendations: the card that says which way is used, and what answers from
// memory.
//
// What answers is made from the log at a start and whenever it is trained; between, what people do,
// whom they bring and whether they withdraw from profiling is followed every minute, so that nobody
// is offered what was bought a minute ago. What a person likes, and who around them is still there,
// is looked up when it is asked for.
#pragma once

#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "value/model_keeper.h"
#include "value/recommender_check.h"

namespace perennial::value {

inline constexpr std::string_view kRecommenderKind = "recommendations";
inline constexpr std::string_view kRecommenderNewsKind = "recommendations_news";  // of the trainer
inline constexpr size_t kMaxNewTouches = 50;      // of a person, kept between two trainings
inline constexpr size_t kMaxRecentlyViewed = 10;  // in an answer

// Thread-safe.
class RecommenderDesk {
 public:
  explicit RecommenderDesk(const ModelParts& parts);
  Result<void> load() { return keeper_.load(); }

  // Checks all ways, and makes what answers.
  Result<void> train(const std::stop_token& stop = {});
  Result<bool> due(Instant now);
  // Reads what people did since. Makes what answers anew after a start.
  Result<void> follow(const std::stop_token& stop = {});
  Result<bool> news(Instant now);
  // Fails with kInvalid for a segment that nobody knows.
  Result<RecommenderSettings> change_settings(const Json& body, const http::Principal& actor);

  Result<Json> json(const Trainer::State& state);  // Recommendations of the contract
  // Recommended of the contract; empty, without a way, before the first training and for a minute
  // after a start. Which group somebody is in is nothing for a shop's pages; without a role it is
  // the person who asks.
  struct Asker {
    bool console = false;
    std::optional<std::string> role = std::nullopt;
  };
  Result<Json> recommend(PersonId person, const Wish& request, const Asker& asker);
  // The trait by which people say what they like.
  std::string interest_trait();
  Result<std::vector<std::string>> names(PersonId person);  // for messages
  // Models::suited(): products for the rewards of a points mall.
  Result<std::vector<Suited>> suited(PersonId person, std::span<const std::string> products);
  // Demand of products as it stood at the last training or start; null before.
  struct DemandOf {
    std::shared_ptr<const Demand> demand;
    std::shared_ptr<const Catalogue> catalogue;
  };
  DemandOf demand();
  // What the request's members say; `request` has the settings' presets.
  Result<Wish> wish_of(const Json& body);
  Result<PersonId> person_of(const Json& body);

 private:
  struct Serving {
    std::shared_ptr<const Recommender> recommender;
    std::shared_ptr<const Catalogue> catalogue;
    RecommenderModel model;
    uint64_t seq = 0;
    int64_t last_move = 0;
    std::shared_ptr<const Demand> demand;
    std::shared_ptr<const Circles> circles;
    std::shared_ptr<const ProfilingWords> profiling;
  };
  Result<Shopping> read(const std::stop_token& stop);
  Result<Recommender::Together> together(const RecommenderSettings& wanted);
  Result<std::vector<Brought>> brought(uint64_t after_seq);
  // What was known at the cut; `around` are all who brought somebody.
  Result<KnownOfPeople> known(const RecommenderSettings& wanted, Instant cut,
                              std::vector<Brought> around, const ProfilingWords& profiling,
                              const std::stop_token& stop);
  Result<void> serve(Shopping shopping, const RecommenderModel& model,
                     Recommender::Together together, std::vector<Brought> around, Instant now,
                     const std::stop_token& stop);
  Result<void> follow_from(const Serving& before, uint64_t to);
  // What was said of profiling since, also by who was joined to somebody; null: nothing.
  Result<std::shared_ptr<const ProfilingWords>> profiling_since(const Serving& before,
                                                                std::span<const ProfilingWord> said,
                                                                int64_t& last_move);
  void add_bit(const Bit& bit);
  // What answers, without the rest of the card, and what is known of the person now. Of somebody
  // who was erased or has withdrawn from profiling nothing is: they are nobody.
  struct Looked {
    PersonId person = 0;
    Serving serving;
    std::vector<Touch> more;
    std::vector<Liking> likings;
    std::vector<Near> around;
    std::string trait;  // by which they say what they like
    About about() const { return {.more = more, .likings = likings, .around = around}; }
  };
  Result<Looked> look(PersonId person);
  Json row_of(const Looked& found, const Recommended& one, bool console) const;
  Result<void> hide_stated(const std::optional<std::string>& role, std::string_view trait,
                           Json& items);

  ModelParts parts_;
  ModelKeeper<RecommenderModel, RecommenderSettings> keeper_;
  std::shared_mutex mutex_;  // of what follows; never held while learning
  Serving serving_;
  std::unordered_map<PersonId, std::vector<Touch>> more_;  // newest first
};

void add_recommender_routes(http::Router& router, RecommenderDesk& desk);

}  // namespace perennial::value
