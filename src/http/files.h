// Static files: the console.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/http.h"

namespace perennial::http {

// The reply to a GET for `parts` (decoded parts of the path) under `root`, or nothing when no file
// is there. A directory gives its index.html. Symbolic links are followed as long as they stay
// inside `root`.
std::optional<Response> static_file(const std::string& root, const std::vector<std::string>& parts,
                                    bool accepts_gzip);

// False for addresses that name a file by its extension: a missing script must not be answered by a
// page.
bool may_be_a_page(const std::vector<std::string>& parts);

// True for names such as "index-DiwrgTda.js" and "app.3f2a9c1b4d5e6f70.css", whose content never
// changes.
bool has_hash(std::string_view file_name);

std::string_view mime_type(std::string_view file_name);

}  // namespace perennial::http
