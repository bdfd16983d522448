// What segments may ask of value/, people/, loyalty/ and experiments/, as columns.
#pragma once

#include "segments/segments.h"
#include "value/value.h"

namespace perennial::server {

// lifecycle_stage, rfm_cell, value_tier, health_light, growth_stage, email_consent,
// loyalty_level:PROGRAMME and hold_out:ID. What is named outlives the segments.
void add_segment_facts(segments::Segments& segments, value::Value& value, value::Models& models,
                       store::Database& database);

}  // namespace perennial::server
