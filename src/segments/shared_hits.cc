#include "segments/shared_hits.h"

#include <algorithm>
#include <bit>

namespace perennial::segments {
namespace {

using people::PersonId;
using timeline::Crowd;
using timeline::Hits;
using timeline::kBucketPeople;
using timeline::Selector;

}  // namespace

bool same_events(Selector a, const Selector& b) {
  a.from = b.from;
  a.to = b.to;
  a.open_start = b.open_start;
  return a == b;
}

SharedHits::Places SharedHits::add(std::span<const Selector> selectors) {
  Places out;
  for (const Selector& wanted : selectors) {
    const auto known =
        std::ranges::find_if(selectors_, [&](const auto& one) { return same_events(one, wanted); });
    out.push_back(static_cast<size_t>(known - selectors_.begin()));
    if (known == selectors_.end()) {
      selectors_.push_back(wanted);
      continue;
    }
    known->from = std::min(known->from, wanted.from);
    known->to = std::max(known->to, wanted.to);
    known->open_start &= wanted.open_start;
  }
  return out;
}

Result<void> SharedHits::read(timeline::People people, timeline::Pool& pool,
                              const timeline::Stop& stop) {
  people_ = std::make_shared<const timeline::People>(std::move(people));
  uint32_t count = 0;
  for (const Crowd& crowd : *people_) {
    before_.push_back(count);
    count += crowd.size();
  }
  columns_.resize(selectors_.size());
  for (size_t first = 0; first < selectors_.size(); first += timeline::kMaxSelectors) {
    TRY(read_some(first, std::min(first + timeline::kMaxSelectors, selectors_.size()), pool, stop));
  }
  const size_t blocks = count / kBucketPeople + 1;
  for (Column& column : columns_) {
    column.first.resize(blocks * kBucketPeople + 1, static_cast<uint32_t>(column.at.size()));
  }
  return {};
}

Result<void> SharedHits::read_some(size_t first, size_t last, timeline::Pool& pool,
                                   const timeline::Stop& stop) {
  const auto begin = selectors_.begin();
  const auto plan = TRY(timeline::compile(*snapshot_,
                                          {.selectors = {begin + static_cast<std::ptrdiff_t>(first),
                                                         begin + static_cast<std::ptrdiff_t>(last)},
                                           .among = people_,
                                           .person_group = {},
                                           .presence = {}},
                                          pool, stop));
  timeline::BucketReader reader(*plan);
  for (size_t bucket = 0; bucket < people_->size(); ++bucket) {
    const Crowd& who = (*people_)[bucket];
    if (who.empty()) continue;
    const auto& slice = reader.read(static_cast<uint32_t>(bucket));
    for (size_t s = first; s < last; ++s) take(slice.hits[s - first], who, columns_[s]);
    if (hits_ > kMaxSharedHits)
      return fail(Code::kTooLarge, "these people did more than is read for all rules at once");
    TRY(stop.check());
  }
  return {};
}

void SharedHits::take(const Hits& hits, const Crowd& who, Column& column) {
  who.for_each([&](uint32_t place) {
    const uint32_t from = hits.first[place], to = hits.last[place];
    column.first.push_back(static_cast<uint32_t>(column.at.size()));
    column.at.insert(column.at.end(), hits.at + from, hits.at + to);
    if (hits.tie != nullptr) {
      column.tie.insert(column.tie.end(), hits.tie + from, hits.tie + to);
    } else {
      column.tie.resize(column.at.size(), 0);
    }
    if (hits.number != nullptr)
      column.number.insert(column.number.end(), hits.number + from, hits.number + to);
    hits_ += to - from + 1;  // and its place
  });
}

std::optional<uint32_t> SharedHits::find(PersonId person) const {
  const size_t bucket = static_cast<size_t>(person) / kBucketPeople;
  const auto place = static_cast<uint32_t>(static_cast<size_t>(person) % kBucketPeople);
  if (bucket >= before_.size() || !(*people_)[bucket].has(place)) return std::nullopt;
  const auto& words = (*people_)[bucket].words;
  uint32_t out = before_[bucket];
  for (uint32_t word = 0; word < place / 64; ++word)
    out += static_cast<uint32_t>(std::popcount(words[word]));
  const uint64_t lower = words[place / 64] & ((uint64_t{1} << (place % 64)) - 1);
  return out + static_cast<uint32_t>(std::popcount(lower));
}

void SharedHits::hits(uint32_t block, const Places& places, std::vector<Hits>& out) const {
  out.clear();
  for (const size_t place : places) {
    const Column& column = columns_[place];
    const uint32_t* first = column.first.data() + size_t{block} * kBucketPeople;
    out.push_back({.at = column.at.data(),
                   .tie = column.tie.data(),
                   .first = first,
                   .last = first + 1,
                   .number = column.number.empty() ? nullptr : column.number.data()});
  }
}

}  // namespace perennial::segments
