// What segments may ask of value/ and people/, as columns.
#pragma once

#include "segments/segments.h"
#include "value/value.h"

namespace perennial::server {

// lifecycle_stage, rfm_cell and email_consent. `value` and `database` outlive the segments.
void add_segment_facts(segments::Segments& segments, value::Value& value,
                       store::Database& database);

}  // namespace perennial::server
