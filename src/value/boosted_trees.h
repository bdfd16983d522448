// XGBoost behind Classifier.
#pragma once

#include "value/classifier.h"

namespace perennial::value {

Result<ClassifierPtr> trees_from_json(const Json& json);

}  // namespace perennial::value
