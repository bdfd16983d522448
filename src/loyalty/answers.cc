#include "loyalty/answers.h"

namespace perennial::loyalty {

http::Response refusal_of(const Refusal& refusal) {
  const bool unknown = refusal.code.starts_with("unknown_") || refusal.code == "mistyped_code";
  return http::problem({.code = unknown ? Code::kNotFound : Code::kConflict,
                        .message = refusal.message,
                        .where = refusal.where,
                        .hint = refusal.code});
}

}  // namespace perennial::loyalty
