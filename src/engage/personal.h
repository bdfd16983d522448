// A message as one person gets it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "access/access.h"
#include "engage/engage.h"
#include "people/people.h"

namespace perennial::engage {

struct Texts {
  std::string_view subject, text, html;
};
// Money in the workspace's currency ("120.50 CNY"), days in its zone ("2011-09-09").
Fields fields_of(const people::Person& person, const access::Workspace& workspace,
                 std::string unsubscribe_url);
// The items recommended to the person, where a text names one of them: they are asked for no other.
Result<void> add_recommended(Fields& fields, const people::Person& person, const Texts& texts,
                             const Engage::Wiring& wiring);

struct Composed {
  std::string subject, text, html;
  std::vector<std::string> missing;  // fields without a value, each once
};
// Where a body does not name {{ unsubscribe_url }}, the link is put under it.
Result<Composed> compose(const Texts& texts, const Fields& fields, std::string_view language);

}  // namespace perennial::engage
