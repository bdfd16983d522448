#include "events/row_binary.h"

#include <bit>
#include <cstring>

namespace perennial::events {
namespace {

static_assert(std::endian::native == std::endian::little, "RowBinary is little endian");

template <class Integer>
void append_integer(std::string& out, Integer value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void append_text(std::string& out, std::string_view text) {
  size_t rest = text.size();
  while (rest >= 0x80) {
    out.push_back(static_cast<char>(rest | 0x80));
    rest >>= 7;
  }
  out.push_back(static_cast<char>(rest));
  out.append(text);
}

}  // namespace

void append_row(std::string& out, const Event& event, Fingerprint id) {
  append_integer<uint64_t>(out, 0);
  append_integer(out, id.low);
  append_integer(out, id.high);
  append_text(out, event.source);
  append_text(out, event.message_id);
  append_integer(out, static_cast<uint8_t>(event.type));
  append_text(out, event.name);
  append_text(out, identity_of(event.user_id, event.anonymous_id));
  append_text(out, event.user_id);
  append_text(out, event.anonymous_id);
  append_integer(out, to_millis(event.timestamp));
  append_integer(out, to_millis(event.received_at));
  append_text(out, event.properties);
  append_text(out, event.context);
}

void set_seq(char* row, uint64_t seq) { std::memcpy(row, &seq, sizeof seq); }

template <class Integer>
bool RowReader::integer(Integer& out) {
  if (bytes_.size() - at_ < sizeof out) return false;
  std::memcpy(&out, bytes_.data() + at_, sizeof out);
  at_ += sizeof out;
  return true;
}

bool RowReader::text(std::string_view& out) {
  uint64_t length = 0;
  size_t at = at_;
  for (int shift = 0;; shift += 7) {
    if (at == bytes_.size() || shift > 56) return false;
    const auto byte = static_cast<uint8_t>(bytes_[at++]);
    length |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  if (bytes_.size() - at < length) return false;
  out = bytes_.substr(at, length);
  at_ = at + length;
  return true;
}

bool RowReader::read_event(StoredEvent& out) {
  const size_t start = at_;
  uint64_t low, high;
  std::string_view source, message_id, name, identity, user_id, anonymous_id, properties, context;
  uint8_t type;
  int64_t timestamp, received_at;
  if (!(integer(out.seq) && integer(low) && integer(high) && text(source) && text(message_id) &&
        integer(type) && text(name) && text(identity) && text(user_id) && text(anonymous_id) &&
        integer(timestamp) && integer(received_at) && text(properties) && text(context))) {
    at_ = start;
    return false;
  }
  out.source = source;
  out.message_id = message_id;
  out.type = static_cast<Type>(type);
  out.name = name;
  out.user_id = user_id;
  out.anonymous_id = anonymous_id;
  out.timestamp = from_millis(timestamp);
  out.received_at = from_millis(received_at);
  out.properties = properties;
  out.context = context;
  return true;
}

bool RowReader::read_columns(Columns& out) {
  const size_t start = at_;
  uint64_t seq;
  std::string_view identity, name, properties;
  uint8_t type;
  int64_t timestamp;
  if (!(integer(seq) && text(identity) && integer(type) && text(name) && integer(timestamp) &&
        text(properties))) {
    at_ = start;
    return false;
  }
  out.seq.push_back(seq);
  out.identity.emplace_back(identity);
  out.type.push_back(static_cast<Type>(type));
  out.name.emplace_back(name);
  out.timestamp_ms.push_back(timestamp);
  out.properties.emplace_back(properties);
  return true;
}

bool RowReader::read_id(Fingerprint& out) {
  if (bytes_.size() - at_ < 16) return false;
  return integer(out.low) && integer(out.high);
}

bool RowReader::read_number(uint64_t& out) { return integer(out); }

bool RowReader::read_counted(std::string_view& words, uint64_t& number) {
  const size_t start = at_;
  if (text(words) && integer(number)) return true;
  at_ = start;
  return false;
}

}  // namespace perennial::events
