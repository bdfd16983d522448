// Header fields of a message: 7-bit, folded, without a way to start a field of their own.
#pragma once

#include <string>
#include <string_view>

#include "base/base.h"

namespace perennial::engage {

// "Name: text\r\n" for free text. ASCII that fits on a line stays; all else becomes encoded words
// of at most 75 characters, cut between characters, one a line (RFC 2047, 2 and 5 (1)). Line breaks
// and control characters become spaces.
std::string text_field(std::string_view name, std::string_view text);
// "Name: display <address>\r\n" (RFC 5322, 3.4); the display name may be empty. `address` is an
// is_address().
std::string address_field(std::string_view name, std::string_view display,
                          std::string_view address);
// "Name: value\r\n" for a value that is ASCII by construction. Line breaks, control characters and
// bytes above ASCII are left out.
std::string plain_field(std::string_view name, std::string_view value);
// "Sun, 22 Nov 2026 02:26:19 +0000" (RFC 5322, 3.3).
std::string format_date(Instant t);

}  // namespace perennial::engage
