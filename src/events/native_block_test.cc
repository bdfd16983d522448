#include "events/native_block.h"

#include <cstring>
#include <string>

#include <gtest/gtest.h>

namespace perennial::events {
namespace {

void length(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}
void text(std::string& out, std::string_view words) {
  length(out, words.size());
  out += words;
}
template <class Integer>
void number(std::string& out, Integer value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}
void column(std::string& out, std::string_view name, std::string_view type) {
  text(out, name);
  text(out, type);
}

// Three rows of two names, as the engine writes them.
std::string block_of(std::string_view properties) {
  std::string out;
  length(out, 6);
  length(out, 3);
  column(out, "seq", "UInt64");
  for (const uint64_t seq : {7u, 8u, 9u}) number(out, seq);
  column(out, "identity", "String");
  for (std::string_view identity : {"u:王伟", "", "a:1"}) text(out, identity);
  column(out, "type", "Enum8('track' = 1, 'identify' = 2)");
  for (char type : {1, 2, 1}) out.push_back(type);
  column(out, "name", "LowCardinality(String)");
  number<uint64_t>(out, 1);
  number<uint64_t>(out, 0x600);
  number<uint64_t>(out, 3);
  for (std::string_view name : {"", "Order Completed", "下单"}) text(out, name);
  number<uint64_t>(out, 3);
  for (char place : {1, 0, 2}) out.push_back(place);
  column(out, "timestamp", "DateTime64(3, 'UTC')");
  for (const int64_t at : {int64_t{-1}, int64_t{0}, int64_t{1'600'000'000'123}}) number(out, at);
  column(out, "properties", "String");
  for (int i = 0; i < 3; ++i) text(out, properties);
  return out;
}

TEST(NativeBlock, GivesTheRowsOfItsColumns) {
  const std::string long_text(300, 'x');
  const size_t size = block_of(long_text).size();
  const std::string bytes = block_of(long_text) + "the next one";
  NativeBlock block;
  ASSERT_EQ(block.read(bytes).value(), size);
  ASSERT_EQ(block.rows(), 3u);
  Glimpse glimpse{.anonymous_id = "as it was"};
  block.glimpse(0, glimpse);
  EXPECT_EQ(glimpse.seq, 7u);
  EXPECT_EQ(glimpse.identity, "u:王伟");
  EXPECT_EQ(glimpse.type, Type::kTrack);
  EXPECT_EQ(glimpse.name, "Order Completed");
  EXPECT_EQ(glimpse.timestamp_ms, -1);
  EXPECT_EQ(glimpse.properties, long_text);
  EXPECT_EQ(glimpse.anonymous_id, "as it was");
  block.glimpse(1, glimpse);
  EXPECT_EQ(glimpse.identity, "");
  EXPECT_EQ(glimpse.type, Type::kIdentify);
  EXPECT_EQ(glimpse.name, "");
  block.glimpse(2, glimpse);
  EXPECT_EQ(glimpse.name, "下单");
  EXPECT_EQ(glimpse.timestamp_ms, 1'600'000'000'123);
}

TEST(NativeBlock, WaitsForTheRestWhereverItIsCut) {
  const std::string bytes = block_of("{}");
  NativeBlock block;
  for (size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_EQ(block.read(std::string_view(bytes).substr(0, size)).value(), 0u) << size;
  }
  EXPECT_EQ(block.read(bytes).value(), bytes.size());
}

TEST(NativeBlock, RefusesWhatItDoesNotKnow) {
  NativeBlock block;
  std::string column_of_ids;
  length(column_of_ids, 1);
  length(column_of_ids, 1);
  column(column_of_ids, "id", "UInt128");
  EXPECT_EQ(block.read(column_of_ids).error().code, Code::kInternal);
  // Keys that stand elsewhere.
  std::string shared;
  length(shared, 1);
  length(shared, 1);
  column(shared, "name", "LowCardinality(String)");
  for (const uint64_t word : {0x1u, 0x300u, 0x1u}) number(shared, word);
  text(shared, "key");
  number<uint64_t>(shared, 1);
  shared.push_back(0);
  EXPECT_EQ(block.read(shared).error().code, Code::kInternal);
}

}  // namespace
}  // namespace perennial::events
