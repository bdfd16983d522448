// The members of each analysis. Each takes the fields of the whole question.
#pragma once

#include "insight/query.h"
#include "insight/query_fields.h"

namespace perennial::insight {

Result<TrendsQuery> parse_trends(const Fields& fields);
Result<FunnelQuery> parse_funnel(const Fields& fields);
Result<RetentionQuery> parse_retention(const Fields& fields);
Result<LifecycleQuery> parse_lifecycle(const Fields& fields);
Result<StickinessQuery> parse_stickiness(const Fields& fields);
Result<ActiveQuery> parse_active(const Fields& fields);
Result<DistributionQuery> parse_distribution(const Fields& fields);
Result<IntervalQuery> parse_interval(const Fields& fields);
Result<PathsQuery> parse_paths(const Fields& fields);
Result<AttributionQuery> parse_attribution(const Fields& fields);
Result<SessionsQuery> parse_sessions(const Fields& fields);
Result<RfmQuery> parse_rfm(const Fields& fields);

}  // namespace perennial::insight
