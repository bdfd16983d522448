// A number of a funnel as a rule that keeps itself up to date: who took so many steps within the
// window and, for those who dropped out, did not take the next one. Where a rule cannot say what
// the number says, it tells why not. Inside this module only.
#pragma once

#include <optional>
#include <string_view>

#include "insight/insight.h"
#include "segments/rule.h"

namespace perennial::segments {

// Why there is no rule; the words are SegmentRuleOfNumber.why of api/openapi.yaml.
enum class NoRule {
  kNotAFunnel,  // of another analysis: nobody says yet how it would be a rule
  kPart,        // of a group, a period or a time taken
  kCounting,    // an order, semantics, session, exclusion, held property or totals
  kSteps,       // more steps than a sequence has, or a step of several events
  kRange,       // a span that has ended does not move on with time
  kZone,        // days of another zone than the workspace's
  kPeople,      // filtered by a set that is no segment, stage or cell
  kLimits       // longer or deeper than a rule may be
};
std::string_view word_of(NoRule why);

struct RuleOfNumber {
  std::optional<Json> definition;  // SegmentDefinition
  // False where the question counts whole days of the calendar and the rule so many days back from
  // each moment: people at the old end of the range may differ.
  bool same_range = true;
  NoRule why = NoRule::kNotAFunnel;  // without a definition
};

// `calendar` is the workspace's.
RuleOfNumber rule_of(const insight::FunnelNumber& number, const Calendar& calendar);

}  // namespace perennial::segments
