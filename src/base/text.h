// Unicode text: validity, folding for search and sorting, and what is safe to show.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace perennial {

// True if `text` is well-formed UTF-8 (Unicode 15, table 3-7) and holds no NUL, which PostgreSQL
// cannot store.
bool is_storable_text(std::string_view text);

// Case-folded, accent-free form in which search compares ("Émile" and "EMILE" both give "emile";
// Chinese stays).
std::string fold_for_search(std::string_view text);

// The first `limit` bytes, cut at the border of a character.
std::string_view cut_text(std::string_view text, size_t limit);

// & < > " ' as entities.
std::string escape_html(std::string_view text);

std::string_view trim(std::string_view text);

}  // namespace perennial
