#include "webhooks/post.h"

#include <mutex>

#include <curl/curl.h>
#include <unistd.h>

#include "webhooks/reach.h"

namespace perennial::webhooks {
namespace {

constexpr size_t kMaxAnswerBytes = 64 * 1024;  // of which nothing is kept

struct Talk {
  Reach reach = Reach::kPublic;
  bool refused = false;  // an address was special
  size_t heard = 0;
};

size_t hear(char*, size_t size, size_t count, void* context) {
  auto& talk = *static_cast<Talk*>(context);
  talk.heard += size * count;
  return talk.heard > kMaxAnswerBytes ? 0 : size * count;
}

// Where the connection is about to go: after the name was looked up, so it cannot mean another
// address a moment later.
curl_socket_t open_socket(void* context, curlsocktype, curl_sockaddr* to) {
  auto& talk = *static_cast<Talk*>(context);
  if (talk.reach == Reach::kPublic && is_special(to->addr)) {
    talk.refused = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

// Not 0 ends the try.
int look_up(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto* stopping = static_cast<const std::atomic<bool>*>(context);
  return stopping && *stopping ? 1 : 0;
}

struct Free {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

void begin_curl() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

}  // namespace

Answer post(const std::string& url, const std::vector<std::string>& headers, std::string_view body,
            Reach reach, std::chrono::milliseconds at_most, const std::atomic<bool>* stopping) {
  begin_curl();
  const std::unique_ptr<CURL, Free> handle(curl_easy_init());
  if (!handle) return {.error = "no memory for a connection"};
  std::unique_ptr<curl_slist, Free> list;
  for (const std::string& header : headers) {
    curl_slist* longer = curl_slist_append(list.get(), header.c_str());
    if (!longer) return {.error = "no memory for a header"};
    list.release();
    list.reset(longer);
  }
  Talk talk{.reach = reach};
  CURL* curl = handle.get();
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");  // none, whatever the environment says
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(at_most.count()));
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &talk);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, hear);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &talk);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look_up);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, const_cast<std::atomic<bool>*>(stopping));
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list.get());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  const CURLcode done = curl_easy_perform(curl);
  if (talk.refused) return {.error = "the address is not in the public network"};
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  if (status == 0) return {.error = curl_easy_strerror(done)};
  Answer answer{.status = static_cast<int>(status)};
  if (!answer.good()) answer.error = "HTTP " + std::to_string(status);
  return answer;
}

}  // namespace perennial::webhooks
