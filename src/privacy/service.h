// What the routes share. Inside this module only.
#pragma once

#include "privacy/eraser.h"
#include "privacy/privacy.h"
#include "privacy/retention.h"

namespace perennial::privacy {

struct Privacy::Impl {
  explicit Impl(Wiring given)
      : wiring(std::move(given)), retention(wiring), eraser(wiring, retention) {}

  Result<Json> ask(const http::Request& request);
  Result<Json> list(const http::Request& request);
  Result<Json> show(const http::Request& request);
  Result<Json> receipt(const http::Request& request);
  Result<Json> verify(const http::Request& request);
  Result<Json> retention_dry_run(const http::Request& request);

  Wiring wiring;
  Retention retention;
  Eraser eraser;
};

void add_retention_routes(http::Router& router, const std::shared_ptr<Privacy::Impl>& impl);

}  // namespace perennial::privacy
