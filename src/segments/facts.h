// What modules behind this one know of people and segments may ask for: the lifecycle stage, the
// RFM cell, consent to e-mail, levels and hold-outs. A provider is registered by whoever wires the
// program; rules name it by its name: {"fact": {"name": "lifecycle_stage", "is": ["silent"]}}.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/base.h"
#include "people/people.h"

namespace perennial::segments {

// One word for each person, as columns. Immutable.
struct FactColumn {
  std::vector<std::string> words{""};  // by code; 0: nothing is known of the person
  std::vector<uint16_t> code;          // by person
  uint16_t of(people::PersonId person) const {
    const auto place = static_cast<size_t>(person);
    return place < code.size() ? code[place] : 0;
  }
};

struct FactProvider {
  std::string name;
  std::vector<std::string> words;  // that a rule may ask for; empty: any
  // The newest column; the same pointer as long as nothing changed. Thread-safe.
  // kBusy while it is still being made: segments that ask for it stay as they are until then.
  std::function<Result<std::shared_ptr<const FactColumn>>()> column;
  // Where any word may be asked for: those that somebody has now, to choose from. May be empty.
  std::function<std::vector<std::string>()> known = nullptr;
  // How people call it, where its name has an id in it; and its words, where those are codes.
  std::string title = {};
  std::map<std::string, std::string> labels = {};
};

// Facts of which there is one for each of something, as for each loyalty programme: those there are
// now. Their names are FAMILY:ID; a family must not be asked inside a transaction. Thread-safe.
struct FactFamily {
  std::string family;
  std::function<Result<std::vector<FactProvider>>()> all;
};

}  // namespace perennial::segments
