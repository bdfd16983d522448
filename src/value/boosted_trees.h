// XGBoost behind Classifier: Chen & Guestrin, "XGBoost: a scalable tree boosting system", KDD 2016.
#pragma once

#include "value/classifier.h"

namespace perennial::value {

Result<ClassifierPtr> trees_from_json(const Json& json);

}  // namespace perennial::value
