#include "events/native_block.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace perennial::events {
namespace {

static_assert(std::endian::native == std::endian::little, "the Native format is little endian");

// Of a column LowCardinality, as ClickHouse's SerializationLowCardinality writes it: the version of
// how keys are kept, then for the block what kind of places it has and that its keys stand before
// them.
constexpr uint64_t kKeysOfTheirOwn = 1;
constexpr uint64_t kWidthOfPlaces = 0xff;
constexpr uint64_t kGlobalKeys = 1 << 8, kKeysFollow = 1 << 9;

template <class Integer>
Integer at(std::string_view column, size_t row) {
  Integer out;
  std::memcpy(&out, column.data() + row * sizeof out, sizeof out);
  return out;
}

}  // namespace

class NativeBlock::Reader {
 public:
  explicit Reader(std::string_view bytes) : all_(bytes.size()), rest_(bytes) {}
  size_t consumed() const { return all_ - rest_.size(); }

  // Each is false when the bytes end before what is asked for.
  bool length(uint64_t& out) {
    out = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) return false;
      const auto byte = static_cast<uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      out |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return true;
  }
  bool number(uint64_t& out) {
    std::string_view bytes;
    if (!raw(sizeof out, bytes)) return false;
    std::memcpy(&out, bytes.data(), sizeof out);
    return true;
  }
  bool raw(uint64_t bytes, std::string_view& out) {
    if (rest_.size() < bytes) return false;
    out = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return true;
  }
  bool text(std::string_view& out) {
    uint64_t bytes = 0;
    return length(bytes) && raw(bytes, out);
  }
  bool texts(uint64_t count, std::vector<std::string_view>& out) {
    if (rest_.size() < count) return false;  // each takes a byte at least
    out.resize(count);
    for (std::string_view& one : out) {
      if (!text(one)) return false;
    }
    return true;
  }

 private:
  size_t all_;
  std::string_view rest_;
};

bool NativeBlock::names(Reader& reader) {
  uint64_t version = 0, kind = 0, keys = 0, rows = 0;
  if (!reader.number(version) || !reader.number(kind) || !reader.number(keys)) return false;
  const size_t width = size_t{1} << (kind & kWidthOfPlaces);
  std::string_view places;
  if (!reader.texts(keys, names_) || !reader.number(rows) || !reader.raw(rows * width, places)) {
    return false;
  }
  if (version != kKeysOfTheirOwn || (kind & kGlobalKeys) != 0 || (kind & kKeysFollow) == 0) {
    name_.clear();
    return true;  // found by column(): not one name for each row
  }
  name_.resize(rows);
  for (size_t row = 0; row < rows; ++row) {
    uint32_t place = 0;
    std::memcpy(&place, places.data() + row * width, std::min(width, sizeof place));
    name_[row] = place < keys ? place : 0;
  }
  return true;
}

// Whether it was there whole.
Result<bool> NativeBlock::column(Reader& reader) {
  std::string_view name, type;
  if (!reader.text(name) || !reader.text(type)) return false;
  if (rows_ == 0) return true;
  if (name == "seq" && type == "UInt64") return reader.raw(rows_ * sizeof(uint64_t), seq_);
  if (name == "type" && type.starts_with("Enum8(")) return reader.raw(rows_, type_);
  if (name == "timestamp" && type.starts_with("DateTime64(3")) {
    return reader.raw(rows_ * sizeof(int64_t), timestamp_);
  }
  if (name == "name" && type == "LowCardinality(String)") {
    const bool whole = names(reader);
    if (whole && name_.size() != rows_) {
      return fail(Code::kInternal, "the event engine keeps names in a way of its own");
    }
    return whole;
  }
  if (type == "String") {
    if (name == "identity") return reader.texts(rows_, identity_);
    if (name == "anonymous_id") return reader.texts(rows_, anonymous_id_);
    if (name == "properties") return reader.texts(rows_, properties_);
  }
  return fail(Code::kInternal, "the event engine gave a column that nobody asked for",
              std::string(name) + " " + std::string(type));
}

Result<size_t> NativeBlock::read(std::string_view bytes) {
  identity_.clear(), anonymous_id_.clear(), properties_.clear(), name_.clear();
  rows_ = 0;
  Reader reader(bytes);
  uint64_t columns = 0, rows = 0;
  if (!reader.length(columns) || !reader.length(rows)) return 0;
  rows_ = rows;
  for (uint64_t i = 0; i < columns; ++i) {
    const auto whole = column(reader);
    if (!whole) return std::unexpected(whole.error());
    if (!*whole) return 0;
  }
  return reader.consumed();
}

void NativeBlock::glimpse(size_t row, Glimpse& out) const {
  out.seq = at<uint64_t>(seq_, row);
  out.identity = identity_[row];
  out.type = static_cast<Type>(type_[row]);
  out.name = names_[name_[row]];
  out.timestamp_ms = at<int64_t>(timestamp_, row);
  if (!anonymous_id_.empty()) out.anonymous_id = anonymous_id_[row];
  if (!properties_.empty()) out.properties = properties_[row];
}

}  // namespace perennial::events
