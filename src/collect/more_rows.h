// Rows of contracts, products and consents.
//
//   contracts: track event `Contract Recorded` of the customer: contract_id, start, end, signed_at
//   (ISO 8601), amount_minor, currency, renewal, product, status;
//   products: track event `Item Set` of nobody: item_type "product", item_id, name, category,
//   brand, price_minor, currency;
//   consents: track event `Subscribed` or `Unsubscribed` of the customer: channel, topic, evidence.
//
// Other mapped columns become properties beside these.
#pragma once

#include "collect/rows.h"

namespace perennial::collect {

inline constexpr std::string_view kContractRecorded = "Contract Recorded";

std::unique_ptr<RowBuilder> make_more_rows(Kind kind, const FilePlan& plan,
                                           const Defaults& defaults, Zone zone);

}  // namespace perennial::collect
