// Taking a person out of what lies beside the log: events in quarantine, and uploaded files with
// their lists of rejects. A person is told by words: identifiers, e-mail addresses and numbers.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collect/import_table.h"

namespace perennial::collect {

// Folded as fold_for_search() does.
class Words {
 public:
  explicit Words(std::span<const std::string> words) : words_(words.begin(), words.end()) {}
  // Whether a field is one of them, with or without blanks and dashes inside.
  bool has(std::string_view field) const;
  // Whether an event as it came names one of them: any text of it that is long enough to tell
  // somebody, or an identifier under a name for identifiers.
  bool in_event(std::string_view body) const;

 private:
  bool in_json(const Json& json, bool identifier) const;
  std::set<std::string, std::less<>> words_;
};

struct Forgotten {
  int64_t rows = 0, rejects = 0, samples = 0;
  bool changed = false;  // the record is to be saved
};
// Writes the file of an import again without the person's rows, and its list of rejects, and cleans
// the sample; the mapping then says UTF-8, as the file does by its mark until that is saved.
// Without `take` everything stays and is counted. A file that is not ours stays as it is.
Result<Forgotten> forget_in_import(ImportRecord& record, const std::string& rejects,
                                   const Words& words, bool take);

}  // namespace perennial::collect
