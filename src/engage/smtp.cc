// SMTP by libcurl: one handle, whose connection stays open between messages.
//
// What became of a message is told apart by how far the talk went. Up to the end of the text
// nothing is delivered, whatever breaks. Once all of it has been given to the connection, a missing
// answer leaves open whether the other side took it (RFC 5321, 4.5.3.2.6 and 6.1): that is
// kTimeout, and nobody may try again.
#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>
#include <mutex>

#include <curl/curl.h>

#include "engage/address.h"
#include "engage/engage.h"

namespace perennial::engage {
namespace {

constexpr long kConnectTimeoutSeconds = 15;
constexpr long kMessageTimeoutSeconds = 120;
constexpr size_t kMaxAnswerBytes = 500;
constexpr int kStartMailInput = 354;  // the answer to DATA

// How far the talk about one message went.
struct Talk {
  std::string_view rest;   // of the message, not yet given to the connection
  bool all_given = false;  // the connection asked for more after the end
  bool leaving = false;    // QUIT was said; what is answered to it does not matter
  bool recipient = false;  // the address itself was named, or the text sent
  std::string answer;      // the last line that the other side said
};

size_t give(char* to, size_t size, size_t count, void* context) {
  auto& talk = *static_cast<Talk*>(context);
  const size_t length = std::min(size * count, talk.rest.size());
  std::memcpy(to, talk.rest.data(), length);
  talk.rest.remove_prefix(length);
  if (length == 0) talk.all_given = true;
  return length;
}

size_t hear(char* line, size_t size, size_t count, void* context) {
  auto& talk = *static_cast<Talk*>(context);
  if (!talk.leaving) talk.answer = trim(cut_text({line, size * count}, kMaxAnswerBytes));
  return size * count;
}

int follow(CURL*, curl_infotype type, char* text, size_t size, void* context) {
  auto& talk = *static_cast<Talk*>(context);
  const std::string_view said(text, size);
  if (type != CURLINFO_HEADER_OUT) return 0;
  if (said.starts_with("RCPT TO")) talk.recipient = true;
  if (said.starts_with("QUIT")) talk.leaving = true;
  return 0;
}

// The number at the start of an answer (RFC 5321, 4.2), or 0.
int status_of(std::string_view answer) {
  int status = 0;
  std::from_chars(answer.data(), answer.data() + std::min<size_t>(3, answer.size()), status);
  return status;
}

struct CloseCurl {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

void start_curl() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) die("libcurl cannot start", __FILE__, __LINE__);
}

class Smtp : public Channel {
 public:
  explicit Smtp(const EmailSettings& settings) : settings_(settings) {
    start_curl();
    curl_.reset(curl_easy_init());
    if (!curl_) die("libcurl gives no handle", __FILE__, __LINE__);
    set_up();
  }

  Result<std::string> hand_over(const Message& message) override {
    std::lock_guard lock(mutex_);
    if (!is_address(message.to_address)) {
      return fail(Code::kInvalid, "not an e-mail address", "address");
    }
    const std::string text = to_mime(message);
    const std::string from = "<" + message.from_address + ">", to = "<" + message.to_address + ">";
    const std::unique_ptr<curl_slist, FreeList> recipients(curl_slist_append(nullptr, to.c_str()));
    talk_ = Talk{.rest = text};
    CURL* c = curl_.get();
    curl_easy_setopt(c, CURLOPT_MAIL_FROM, from.c_str());
    curl_easy_setopt(c, CURLOPT_MAIL_RCPT, recipients.get());
    problem_[0] = 0;
    const CURLcode code = curl_easy_perform(c);
    auto said = judge(code, talk_, message.to_address);
    talk_.rest = {};
    return said;
  }

  // The other side cannot be asked.
  Handed was_handed(std::string_view) override { return Handed::kUnknown; }
  bool really_sends() const override { return true; }

 private:
  void set_up() {
    CURL* c = curl_.get();
    const std::string scheme = settings_.security == "tls" ? "smtps://" : "smtp://";
    const std::string url = scheme + settings_.host + ":" + std::to_string(settings_.port);
    const long verify = settings_.allow_any_certificate ? 0 : 1;
    curl_easy_setopt(c, CURLOPT_URL, url.c_str());
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(c, CURLOPT_PROXY, "");  // not what the environment says
    curl_easy_setopt(c, CURLOPT_USE_SSL,
                     settings_.security == "none" ? CURLUSESSL_NONE : CURLUSESSL_ALL);
    curl_easy_setopt(c, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, verify);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, verify * 2);
    if (!settings_.user.empty()) {
      curl_easy_setopt(c, CURLOPT_USERNAME, settings_.user.c_str());
      curl_easy_setopt(c, CURLOPT_PASSWORD, settings_.password.c_str());
    }
    curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, kConnectTimeoutSeconds);
    curl_easy_setopt(c, CURLOPT_TIMEOUT, kMessageTimeoutSeconds);
    curl_easy_setopt(c, CURLOPT_READDATA, &talk_);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, &talk_);
    curl_easy_setopt(c, CURLOPT_DEBUGDATA, &talk_);
    curl_easy_setopt(c, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, hear);
    curl_easy_setopt(c, CURLOPT_VERBOSE, 1L);  // for DEBUGFUNCTION only: nothing is printed
    curl_easy_setopt(c, CURLOPT_DEBUGFUNCTION, follow);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, problem_);
  }

  // The answer, or what curl says where there is none. Servers like to repeat the address in a
  // refusal; error messages hold no personal data, so it is taken out.
  std::string words(CURLcode code, const Talk& talk, int status, const std::string& address) const {
    std::string said = problem_[0] ? std::string(problem_) : curl_easy_strerror(code);
    if (status >= 400 && !talk.answer.empty()) said = talk.answer;
    for (size_t at; (at = said.find(address)) != said.npos;) said.replace(at, address.size(), "…");
    return said;
  }

  Result<std::string> judge(CURLcode code, const Talk& talk, const std::string& address) {
    const int status = status_of(talk.answer);
    if (code == CURLE_OK) return talk.answer;
    const std::string said = words(code, talk, status, address);
    if (talk.all_given && (status == kStartMailInput || status == 0)) {
      return fail(Code::kTimeout, "no answer after the whole message was given: " + said, "server");
    }
    // Refusals before an address was named speak of the sender or the account.
    if (status < 400 || !talk.recipient) return fail(Code::kBusy, said, "server");
    return fail(status >= 500 ? Code::kInvalid : Code::kBusy, said, "address");
  }

  const EmailSettings settings_;
  std::mutex mutex_;
  Talk talk_;  // outlives the handle, which says QUIT when it goes
  std::unique_ptr<CURL, CloseCurl> curl_;
  char problem_[CURL_ERROR_SIZE] = {};
};

}  // namespace

std::unique_ptr<Channel> open_smtp(const EmailSettings& settings) {
  return std::make_unique<Smtp>(settings);
}

}  // namespace perennial::engage
