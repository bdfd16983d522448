// Which addresses a webhook may name, and which it may be sent to.
#pragma once

#include <sys/socket.h>

#include "webhooks/webhooks.h"

namespace perennial::webhooks {

// Whether packets to it stay on this machine or in a network that is not the public one (the
// special-purpose registries of RFC 6890): loopback, link-local, private, shared, multicast, …
// Addresses of IPv4 that are wrapped in IPv6 count as what they wrap.
bool is_special(const sockaddr& address);

// http or https, with a host and without a user; fails with kInvalid ("url") for anything else, and
// for a host that is a special address written out. A name is looked at when it is called.
Result<void> check_url(const std::string& url, Reach reach);

// What an audit trail may tell of an address: its host, without a path or query that may hold a
// secret. Empty for what is no address.
std::string host_of(const std::string& url);

}  // namespace perennial::webhooks
