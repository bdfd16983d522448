// The Engage that engage.h promises: what its routes and its sender share.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "engage/email_channel.h"
#include "engage/engage.h"
#include "engage/preferences.h"
#include "engage/result.h"
#include "engage/sender.h"

namespace perennial::engage {

class Service : public Engage {
 public:
  Service(Wiring wiring, Seal seal, std::string link_secret);
  Result<void> start() { return sender_.start(); }

  void add_routes(http::Router& router) override;
  std::optional<Result<std::vector<people::PersonId>>> resolve_set(std::string_view set) override;
  Result<std::vector<Json>> messages(store::Connection& c, people::PersonId person, Instant before,
                                     size_t limit) override;
  Result<Json> summaries_json(size_t limit) override;
  Result<std::vector<proof::Gain>> gains() override;
  Result<int64_t> remove_messages(std::span<const people::PersonId> numbers, bool take) override;
  void stop() override { sender_.stop(); }

 private:
  using Answer = Result<http::Response>;

  void add_campaign_routes(http::Router& router);
  void add_channel_routes(http::Router& router);
  void add_unsubscribe_routes(http::Router& router);

  Answer list();
  Answer create(const http::Request& request);
  Answer update(const http::Request& request);
  Answer remove(const http::Request& request);
  Answer audience(const http::Request& request);
  Answer preview(const http::Request& request);
  Answer send(const http::Request& request);
  Answer cancel(const http::Request& request);
  Answer sends(const http::Request& request);
  Answer result(const http::Request& request);
  Answer get_channel();
  Answer put_channel(const http::Request& request);
  Answer test_channel(const http::Request& request);
  http::Response page(const http::Request& request, bool unsubscribe);
  void add_preference_routes(http::Router& router);
  Result<Json> save_preferences(const http::Request& request);
  Result<Json> preference_link(const http::Request& request);
  Result<std::optional<PreferenceView>> preferences_of(const http::Request& request,
                                                       const PreferenceSettings& settings);
  http::Response preference_page_for(const http::Request& request);

  Result<int64_t> remove_messages_under(people::PersonId number, bool take);
  Result<std::optional<double>> base_rate(const Audience& audience);
  Result<std::vector<people::PersonId>> members_of_set(std::string_view campaign_id,
                                                       std::string_view kind,
                                                       std::string_view rest);
  Instant now() const { return wiring_.settings.workspace().now(wiring_.clock); }

  Wiring wiring_;
  const Seal seal_;
  const std::string link_secret_;
  Sender sender_;
};

}  // namespace perennial::engage
