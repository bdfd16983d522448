#include "engage/email_channel.h"

#include <algorithm>

#include "engage/address.h"

namespace perennial::engage {
namespace {

constexpr size_t kMaxFieldBytes = 500;
constexpr std::string_view kSealed = "sealed_password";

Result<void> check_word(std::string_view field, std::string_view value) {
  const bool clean = is_storable_text(value) && std::ranges::none_of(value, [](char c) {
                       return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
                     });
  if (!clean) {
    return fail(Code::kInvalid, "control characters are not possible", std::string(field));
  }
  if (value.size() > kMaxFieldBytes) {
    return fail(Code::kTooLarge, "at most 500 bytes are possible", std::string(field));
  }
  return {};
}

bool is_host(std::string_view host) {
  return !host.empty() && std::ranges::all_of(host, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-' || c == ':' || c == '[' || c == ']';
  });
}

Result<void> check(const EmailSettings& settings) {
  if (settings.kind != "outbox" && settings.kind != "smtp") {
    return fail(Code::kInvalid, "outbox or smtp is expected", "kind");
  }
  for (const auto& [field, value] :
       {std::pair<std::string_view, std::string_view>{"from_name", settings.from_name},
        {"host", settings.host},
        {"user", settings.user},
        {"password", settings.password}}) {
    TRY(check_word(field, value));
  }
  if (!is_address(settings.from_address)) {
    return fail(Code::kInvalid, "not an e-mail address", "from_address");
  }
  if (!settings.reply_to.empty() && !is_address(settings.reply_to)) {
    return fail(Code::kInvalid, "not an e-mail address", "reply_to");
  }
  if (settings.port < 1 || settings.port > 65535) {
    return fail(Code::kInvalid, "1 to 65535 is expected", "port");
  }
  constexpr std::string_view kSecurities[] = {"none", "starttls", "tls"};
  if (std::ranges::find(kSecurities, settings.security) == std::end(kSecurities)) {
    return fail(Code::kInvalid, "none, starttls or tls is expected", "security");
  }
  if (settings.kind == "smtp" && !is_host(settings.host)) {
    return fail(Code::kInvalid, "the name or address of a mail server is expected", "host");
  }
  return {};
}

bool same_server(const EmailSettings& a, const EmailSettings& b) {
  return a.host == b.host && a.port == b.port && a.security == b.security && a.user == b.user;
}

}  // namespace

Result<EmailSettings> load_email(store::Connection& c, const Seal& seal) {
  const Json document = TRY(access::Settings::document(c, kEmailDocument));
  EmailSettings settings;
  if (document.is_null()) return settings;
  settings.kind = TRY(json_string_or(document, "kind", settings.kind));
  settings.from_name = TRY(json_string_or(document, "from_name", settings.from_name));
  settings.from_address = TRY(json_string_or(document, "from_address", settings.from_address));
  settings.reply_to = TRY(json_string_or(document, "reply_to", ""));
  settings.host = TRY(json_string_or(document, "host", ""));
  settings.port = static_cast<int>(TRY(json_integer_or(document, "port", settings.port)));
  settings.security = TRY(json_string_or(document, "security", settings.security));
  settings.user = TRY(json_string_or(document, "user", ""));
  const std::string sealed = TRY(json_string_or(document, kSealed, ""));
  if (!sealed.empty()) settings.password = seal.reveal(sealed).value_or("");
  return settings;
}

Result<void> save_email(store::Connection& c, const EmailSettings& settings, const Seal& seal) {
  Json document = to_json(settings, "");
  document.erase("outbox");
  document.erase("has_password");
  document[std::string(kSealed)] = settings.password.empty() ? "" : seal.close(settings.password);
  return access::Settings::put_document(c, kEmailDocument, document);
}

Json to_json(const EmailSettings& settings, std::string_view outbox_directory) {
  return {{"kind", settings.kind},
          {"from_name", settings.from_name},
          {"from_address", settings.from_address},
          {"reply_to", settings.reply_to},
          {"host", settings.host},
          {"port", settings.port},
          {"security", settings.security},
          {"user", settings.user},
          {"has_password", !settings.password.empty()},
          {"outbox", outbox_directory}};
}

Result<EmailSettings> email_from_json(const Json& json, const EmailSettings& before) {
  EmailSettings after;
  after.kind = TRY(json_string(json, "kind"));
  after.from_name = TRY(json_string(json, "from_name"));
  after.from_address = TRY(json_string(json, "from_address"));
  after.reply_to = TRY(json_string_or(json, "reply_to", before.reply_to));
  after.host = TRY(json_string_or(json, "host", before.host));
  const int64_t port = TRY(json_integer_or(json, "port", before.port));
  after.port = static_cast<int>(std::clamp<int64_t>(port, 0, 65536));
  after.security = TRY(json_string_or(json, "security", before.security));
  after.user = TRY(json_string_or(json, "user", before.user));
  after.allow_any_certificate = before.allow_any_certificate;
  const bool given = json.contains("password") && !json["password"].is_null();
  after.password = given ? TRY(json_string(json, "password")) : before.password;
  if (!given && !before.password.empty() && !same_server(before, after)) {
    return fail(Code::kInvalid, "the stored password belongs to another server or user", "password",
                "Enter the password again, or an empty one.");
  }
  TRY(check(after));
  return after;
}

std::unique_ptr<Channel> open_channel(const EmailSettings& settings,
                                      const std::string& outbox_directory) {
  return settings.kind == "smtp" ? open_smtp(settings) : open_outbox(outbox_directory);
}

}  // namespace perennial::engage
