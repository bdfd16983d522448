#include "server/people_routes.h"

#include <algorithm>
#include <array>

namespace perennial {
namespace {

constexpr std::array<std::string_view, 13> kPeople = {
    kLiveEvents,
    "/v1/insights/trace",
    "/v1/segments/preview",
    "/v1/segments/why",
    "/v1/segments/{id}/why",
    "/v1/segments/{id}/changes",
    "/v1/value/clv/people",
    "/v1/value/churn/people",
    "/v1/value/health/people",
    "/v1/value/health/alerts",
    "/v1/value/recommendations/people/{person_id}",
    "/v1/campaigns/{id}/sends",
    "/v1/hold-outs/{id}/members"};
constexpr std::array<std::string_view, 11> kMembers = {"people/{person}",
                                                       "people/{person}/statement",
                                                       "approvals",
                                                       "dry-run",
                                                       "coupons/{batch}/uses",
                                                       "redemptions",
                                                       "gift-cards",
                                                       "draws/{draw}/plays",
                                                       "referrals",
                                                       "postings",
                                                       "entries/{entry}"};

}  // namespace

bool shows_people(std::string_view path) {
  return std::ranges::find(kPeople, path) != kPeople.end();
}

bool shows_members(std::string_view path) {
  return path.starts_with(kProgrammeRoutes) &&
         std::ranges::find(kMembers, path.substr(kProgrammeRoutes.size())) != kMembers.end();
}

}  // namespace perennial
