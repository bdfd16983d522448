// Messages as RFC 5322 text with RFC 2045–2047 encodings. Everything is 7-bit, so that no server on
// the way has a reason to change a byte. The same message always gives the same text.
#include <string>

#include "engage/address.h"
#include "engage/body_encoding.h"
#include "engage/engage.h"
#include "engage/header_field.h"

namespace perennial::engage {
namespace {

std::string part(std::string_view type, std::string_view content) {
  const EncodedBody body = encode_body(content);
  std::string out = "Content-Type: " + std::string(type) + "; charset=utf-8\r\n";
  out += "Content-Transfer-Encoding: " + std::string(body.encoding) + "\r\n\r\n";
  return out += body.text;
}

// A URL as it may stand between < and > of a header.
std::string header_url(std::string_view url) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (char c : url) {
    if (c > 0x20 && c < 0x7F && c != '<' && c != '>' && c != ',') {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return out;
}

std::string head(const Message& message) {
  std::string out = plain_field("Date", format_date(message.at));
  out += address_field("From", message.from_name, message.from_address);
  out += address_field("To", message.to_name, message.to_address);
  if (!message.reply_to.empty()) out += address_field("Reply-To", "", message.reply_to);
  out += text_field("Subject", message.subject);
  out += plain_field("Message-ID",
                     "<" + message.id + "@" + std::string(domain_of(message.from_address)) + ">");
  // Both say that no answering machine should answer: the first by RFC 3834, the second to what is
  // older than it.
  out += "Auto-Submitted: auto-generated\r\nPrecedence: bulk\r\n";
  if (!message.unsubscribe_url.empty()) {
    out += "List-Unsubscribe: <" + header_url(message.unsubscribe_url) + ">\r\n";
    out += "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";  // RFC 8058, 3.1
  }
  return out += "MIME-Version: 1.0\r\n";
}

}  // namespace

std::string to_mime(const Message& message) {
  std::string out = head(message);
  if (message.html.empty()) return out += part("text/plain", message.text);
  // "=_" stands neither in base 64 nor in quoted-printable text.
  std::string boundary = "=_";
  for (char c : message.id) boundary += (c > ' ' && c < 0x7F && c != '"' && c != '\\') ? c : '-';
  boundary = std::string(cut_text(boundary, 70));  // RFC 2046, 5.1.1
  out += "Content-Type: multipart/alternative;\r\n boundary=\"" + boundary + "\"\r\n\r\n";
  out += "--" + boundary + "\r\n" + part("text/plain", message.text);
  out += "\r\n--" + boundary + "\r\n" + part("text/html", message.html);
  return out += "\r\n--" + boundary + "--\r\n";
}

}  // namespace perennial::engage
