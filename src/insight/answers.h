// Answers as JSON: Activity, RetentionRate and RetentionTriangle of the contract.
#pragma once

#include "insight/question.h"

namespace perennial::insight {

Json answer_activity(const Question& question);
Json answer_retention_rate(const Question& question);
std::string answer_retention_triangle(const Question& question, Activity activity);  // as text

}  // namespace perennial::insight
