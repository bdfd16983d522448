// Statements over many keys.
#pragma once

#include "store/in_lists.h"

namespace perennial::loyalty {

using store::each_in;
using store::execute_in;

}  // namespace perennial::loyalty
