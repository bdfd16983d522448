// The first page of the console in one answer: it draws on all modules, so it lives where they are
// wired.
#pragma once

#include "access/access.h"
#include "engage/engage.h"
#include "events/events.h"
#include "http/http.h"
#include "insight/insight.h"
#include "people/people.h"
#include "store/store.h"
#include "value/value.h"

namespace perennial::server {

struct OverviewSources {
  store::Database& database;
  events::Log& log;
  access::Settings& settings;
  people::OrderBooks& books;
  insight::Insight& insight;
  value::Value& value;
  engage::Engage& engage;
};

// GET /v1/overview
void add_overview_route(http::Router& router, OverviewSources sources);

}  // namespace perennial::server
