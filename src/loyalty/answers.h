// What the routes of coupons, rewards, gift cards and draws answer.
#pragma once

#include "http/http.h"
#include "loyalty/loyalty.h"

namespace perennial::loyalty {

inline constexpr int64_t kMaxListed = 500;  // rows of a page

// A refusal is a problem whose hint is its stable code.
http::Response refusal_of(const Refusal& refusal);

template <class Done>
http::Response answer_of(const Done& one) {
  return one.done() ? http::json(200, to_json(one)) : refusal_of(one.refusal);
}

}  // namespace perennial::loyalty
