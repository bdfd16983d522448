// Lines of orders become events `Order Line`, with one event that opens each order.
#pragma once

#include "collect/rows.h"

namespace perennial::collect {

std::unique_ptr<RowBuilder> make_order_rows(const FilePlan& plan, const Defaults& defaults,
                                            Zone zone);

}  // namespace perennial::collect
