// E-mail addresses as SMTP without extensions can carry them.
#pragma once

#include <string>
#include <string_view>

namespace perennial::engage {

inline constexpr size_t kMaxLocalPartBytes = 64;  // RFC 5321, 4.5.3.1.1
inline constexpr size_t kMaxAddressBytes = 254;   // RFC 5321, 4.5.3.1.3, without < and >

// A dot-atom, "@", and a host name (RFC 5322, 3.4.1; RFC 1123, 2.1), all in ASCII. Quoted local
// parts, address literals and internationalised addresses are refused.
bool is_address(std::string_view address);
// The part after "@".
std::string_view domain_of(std::string_view address);
// What two addresses of one mailbox share: no surrounding space, no difference of case.
std::string fold_address(std::string_view address);

}  // namespace perennial::engage
