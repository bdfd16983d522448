// The Loyalty that loyalty.h promises: what its routes share.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "loyalty/approvals.h"
#include "loyalty/assess.h"
#include "loyalty/coupons.h"
#include "loyalty/draws.h"
#include "loyalty/member.h"
#include "loyalty/outbox.h"
#include "loyalty/price_rules.h"
#include "loyalty/writer.h"

namespace perennial::loyalty {

class Service : public Loyalty {
 public:
  explicit Service(Wiring wiring);
  ~Service() override { stop(); }

  void add_routes(http::Router& router) override;
  events::Stage follow(events::Stage people_stage) override;
  Result<std::vector<Outcome>> run(std::string_view programme,
                                   std::vector<Command> commands) override {
    return writer_.run(programme, std::move(commands));
  }
  std::optional<Result<std::vector<PersonId>>> resolve_set(std::string_view set) override;
  void stop() override;

 private:
  using Answer = Result<http::Response>;
  using Handler = Answer (Service::*)(const http::Request&);

  void add(http::Router& router, std::string method, std::string path, std::string right,
           Handler handler);
  void add_setup_routes(http::Router& router);
  void add_ledger_routes(http::Router& router);
  void add_approval_routes(http::Router& router);
  void add_posting_routes(http::Router& router);
  void add_report_routes(http::Router& router);
  void add_coupon_routes(http::Router& router);
  void add_reward_routes(http::Router& router);
  void add_play_routes(http::Router& router);
  void add_referral_routes(http::Router& router);
  void add_price_routes(http::Router& router);
  void add_member_routes(http::Router& router);

  Answer presets(const http::Request&);
  Answer programmes(const http::Request&);
  Answer programme(const http::Request&);
  Answer put_programme(const http::Request&);
  Answer rules(const http::Request&);
  Answer put_rule(const http::Request&);
  Answer levels(const http::Request&);
  Answer put_levels(const http::Request&);
  Answer run_dry(const http::Request&);

  Answer commands(const http::Request&);
  Answer command(const http::Request&);
  Answer quote(const http::Request&);
  Answer person(const http::Request&);
  Answer person_statement(const http::Request&);
  Answer approvals(const http::Request&);
  Answer decide_approval(const http::Request&);

  Answer coupon_batches(const http::Request&);
  Answer put_coupon_batch(const http::Request&);
  Answer coupon_codes(const http::Request&);
  Answer issue_coupons(const http::Request&);
  // Codes for people by whatever number they are asked for; who was erased gets none.
  Result<Issued> issue_to(store::Connection& c, const Programme& programme,
                          const CouponBatch& batch, std::span<const PersonId> people,
                          const http::Principal& who);
  Answer coupon_uses(const http::Request&);
  Answer use_a_coupon(const http::Request&);
  Answer end_a_use(const http::Request&);
  Answer quote_a_cart(const http::Request&);
  Answer use_combined(const http::Request&);
  Answer price_rules(const http::Request&);
  Answer put_price_rule(const http::Request&);
  // Price rules that hold now, and who is in the sets that they name.
  struct Prices {
    std::vector<PriceRule> rules;
    Sets sets;
  };
  Result<Prices> prices_now(const Programme& programme);
  Result<std::shared_ptr<const std::vector<PersonId>>> people_of_set(const std::string& set);

  Answer rewards(const http::Request&);
  Answer put_reward(const http::Request&);
  Answer redemptions(const http::Request&);
  Answer redeem_a_reward(const http::Request&);
  Answer move_a_redemption(const http::Request&);

  Answer gift_cards(const http::Request&);
  Answer make_gift_cards(const http::Request&);
  Answer claim_gift_card(const http::Request&);
  Answer void_gift_card(const http::Request&);
  Answer draws(const http::Request&);
  Answer put_draw(const http::Request&);
  Answer plays(const http::Request&);
  Answer check_a_draw(const http::Request&);
  Answer play_a_draw(const http::Request&);
  Result<Play> play_one(const Programme& programme, const PlayOrder& order);

  Answer referral(const http::Request&);
  Answer put_referral(const http::Request&);
  Answer referrals(const http::Request&);
  Answer judge_a_referral(const http::Request&);
  Answer make_referral_code(const http::Request&);
  // A member's code and what came of it.
  Result<Json> referral_of(store::Connection& c, const Programme& programme, PersonId person);

  // Whose page a link opens; nothing if it opens none.
  struct Visit {
    Programme programme;
    PersonId person = 0;
  };
  Answer member_link(const http::Request&);
  Answer show_member(const http::Request&);
  Answer act_as_member(const http::Request&);
  Answer member_json(const http::Request&);
  // Tells the log that the member signed in today. Gives the stable word of what came of it.
  Result<std::string> sign_in(const Visit& visit, std::string_view rule);
  Result<std::optional<Visit>> visit(const http::Request& request);
  Result<MemberView> view_for(const Visit& visit);
  Result<std::string> member_secret();

  Answer balance_sheet(const http::Request&);
  Answer liability(const http::Request&);
  Answer postings(const http::Request&);
  Answer postings_csv(const http::Request&);
  Answer entry(const http::Request&);
  Answer closings(const http::Request&);
  Answer close(const http::Request&);
  Answer verified(const http::Request&);

  // What is large waits for a second person (approvals.h). Commands that may run go on.
  struct Sorted {
    std::vector<Json> answers;     // null where the ledger answers
    std::vector<Command> running;  // in order
  };
  Result<Sorted> sort_out(const Programme& programme, std::vector<Command> commands,
                          const http::Principal& who);
  // Whether it waits; what does not is counted among what was done by hand (hands.h).
  Result<bool> is_large(store::Connection& c, const Programme& programme, const Command& command,
                        const http::Principal& who);
  // Whether somebody may make codes of so many points by themselves; then they are counted.
  Result<bool> alone(store::Connection& c, const Programme& programme, const http::Principal& who,
                     std::string id, Points points);
  // Asks for it; null if it was approved.
  Result<Json> waits(store::Connection& c, const Programme& programme, const Command& command,
                     const http::Principal& who);
  // Asks for anything else; the answer says so. The payload's `about` is shown to who decides.
  Answer second_person(const Programme& programme, Matter what, Json payload, Points amount,
                       const http::Principal& who);
  Result<Json> do_approved(store::Connection& c, const Programme& programme,
                           const Approval& approval, const http::Principal& who);
  Result<Json> run_commands(const Programme& programme, std::vector<Command> commands,
                            const http::Principal& who);
  // Keeps the name of who sends commands, for postings that name them.
  Result<void> know_actor(const http::Principal& who);
  Result<Programme> programme_of(const http::Request& request);
  Result<const Currency*> currency_of(const Programme& programme, const http::Request& request);
  // The levels with how many people are in each, and the set of them.
  Result<Json> levels_with_people(store::Connection& c, const Programme& programme);
  // People have earned before a rule or level said so: the worker looks at everybody again.
  Result<void> begin_backfill(store::Connection& c, const Programme& programme, bool facts);
  void settle_all(const Programme& programme);
  void work();
  void wake_worker();
  Result<bool> work_once();  // whether there is more to do at once
  Result<bool> backfill(const Terms& terms);
  Instant now() const { return wiring_.settings.workspace().now(wiring_.clock); }

  Wiring wiring_;
  Writer writer_;
  Teller teller_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false, woken_ = false;
  std::string member_secret_;                  // once it was read; behind mutex_
  std::map<std::string, std::string> actors_;  // names that were kept, by id; behind mutex_
  std::string worker_error_;                   // of its last round; empty when well
  // Sets that price rules name, and when each was asked for; behind mutex_.
  std::map<std::string, std::pair<std::shared_ptr<const std::vector<PersonId>>, Instant>> sets_;
  std::thread worker_;
};

}  // namespace perennial::loyalty
