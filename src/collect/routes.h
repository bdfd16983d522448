// The routes of this module, by subject; add_routes() of collect.h adds them all.
#pragma once

#include "collect/collect.h"

namespace perennial::collect {

class Collector;

// /v1/track … /v1/import, the one-letter paths of the browser client, and the settings it asks for.
void add_collect_routes(http::Router& router, const std::shared_ptr<Collector>& collector,
                        access::Settings& settings, access::Gate& gate);
// /sa, /sa.gif; /batch, /e, /capture, /flags, /array …; /sourceConfig.
void add_client_routes(http::Router& router, const std::shared_ptr<Collector>& collector,
                       access::Gate& gate);
// /v1/events/recent, /v1/schema*, /v1/sql.
void add_event_routes(http::Router& router, store::Database& database, events::Log& log);
// /v1/quarantine*.
void add_quarantine_routes(http::Router& router, store::Database& database, events::Log& log,
                           access::Settings& settings, Clock clock);
// /v1/products*.
void add_item_routes(http::Router& router, store::Database& database, Clock clock);
// /v1/imports*, /v1/import-mappings*.
void add_import_routes(http::Router& router, store::Database& database, Importer& importer,
                       Clock clock);

// What the browser client @segment/analytics-next asks before anything else: which integrations
// there are, and where to send. `host` is the Host header with which the browser reached us.
Json client_settings(std::string_view write_key, std::string_view host,
                     std::string_view public_address);

}  // namespace perennial::collect
