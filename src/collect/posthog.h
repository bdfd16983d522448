// PostHog's capture requests.
#pragma once

#include <string>
#include <string_view>

#include "collect/client_body.h"
#include "collect/collect.h"

namespace perennial::collect {

// The JSON of a request to /batch/, /e/ or /capture/: gzip is known by its first bytes, base64 and
// the form field `data` by what they look like, whatever the headers say. With an empty body the
// query's `data` counts. Fails with kInvalid for a body that is none of this.
Result<std::string> posthog_text(std::string_view body, const Form& query);

// Decodes such a text: {"api_key", "batch": […], "sent_at"}, an array of events, or one event.
// A bad event is rejected alone. Fails with kInvalid when the text is not JSON or holds no events.
// The project's key goes to `write_key`, also that of an event when the envelope has none.
Result<Decoded> decode_posthog(std::string_view text, std::string_view source, Instant received_at,
                               std::string* write_key);

}  // namespace perennial::collect
