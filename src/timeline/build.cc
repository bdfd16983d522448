#include "timeline/build.h"

#include <algorithm>
#include <thread>
#include <unordered_set>

namespace perennial::timeline {

namespace {
constexpr size_t kRowsForTwo = 200'000;  // so many are laid out by two threads
}

Days days_of(Zone zone) {
  const Calendar calendar{.zone = zone};
  std::vector<Second> borders;
  Instant day = calendar.start_of(Period::kDay, from_millis(0));
  Days out;
  const auto noon = zone.to_local(day).time_since_epoch() + std::chrono::hours(12);
  out.first = static_cast<int32_t>(std::chrono::floor<std::chrono::days>(noon).count());
  while (to_second(day) < kNever - 1) {
    borders.push_back(to_second(day));
    day = calendar.advance(Period::kDay, day, 1);
  }
  borders.push_back(kNever - 1);
  out.days = Periods(std::move(borders));
  return out;
}

namespace {

// The places of rows by bucket: those of bucket b are [first[b], first[b + 1]) of `order`.
struct ByBucket {
  std::vector<uint32_t> order;
  std::vector<size_t> first;
};
ByBucket by_bucket(const std::vector<Row>& rows, size_t at_least) {
  ByBucket out;
  out.first.assign(at_least + 1, 0);
  for (const Row& row : rows) {
    const size_t bucket = row.person / kBucketPeople;
    if (bucket + 2 > out.first.size()) out.first.resize(bucket + 2);
    ++out.first[bucket + 1];
  }
  for (size_t b = 0; b + 1 < out.first.size(); ++b) out.first[b + 1] += out.first[b];
  out.order.resize(rows.size());
  std::vector<size_t> next = out.first;
  for (uint32_t i = 0; i < rows.size(); ++i) {
    out.order[next[rows[i].person / kBucketPeople]++] = i;
  }
  return out;
}

}  // namespace

std::shared_ptr<const HeapLayer> layer_of(Rows rows, const People& replaced, const Days* days) {
  const ByBucket places = by_bucket(rows.rows, replaced.size());
  std::vector<HeapLayer::Block> blocks(places.first.size() - 1);
  std::atomic<uint32_t> next = 0;
  const auto work = [&] {
    std::vector<Row> mine;
    for (uint32_t b = next++; b < blocks.size(); b = next++) {
      const Crowd hidden = b < replaced.size() ? replaced[b] : Crowd{};
      mine.clear();
      for (size_t i = places.first[b]; i < places.first[b + 1]; ++i) {
        mine.push_back(rows.rows[places.order[i]]);
      }
      if (mine.empty() && hidden.empty()) continue;
      sort_rows(mine);
      blocks[b] =
          std::make_shared<const std::string>(build_bucket(mine, rows.values, hidden, days));
    }
  };
  if (rows.rows.size() < kRowsForTwo) {
    work();
  } else {
    std::thread other(work);
    work();
    other.join();
  }
  return std::make_shared<HeapLayer>(std::move(blocks));
}

namespace {

// One bucket of several layers as one; empty when nobody is in it and nothing is replaced.
std::string merge_bucket(const std::vector<std::shared_ptr<const Layer>>& layers, uint32_t number,
                         bool keep_replaced, const Days* days) {
  Rows rows;
  Crowd hidden;
  // From the newest: what it replaces is hidden in all the older ones.
  for (size_t l = layers.size(); l-- > 0;) {
    const BucketView bucket = layers[l]->bucket(number);
    if (!bucket) continue;
    read_rows(bucket, number, hidden, rows);
    hidden |= bucket.header().replaced;
  }
  if (!keep_replaced) hidden = {};
  if (rows.rows.empty() && hidden.empty()) return "";
  sort_rows(rows.rows);
  return build_bucket(rows.rows, rows.values, hidden, days);
}

size_t holders(const std::vector<std::shared_ptr<const Layer>>& layers, uint32_t number) {
  return static_cast<size_t>(std::ranges::count_if(
      layers, [&](const auto& layer) { return static_cast<bool>(layer->bucket(number)); }));
}

uint32_t most_buckets(const std::vector<std::shared_ptr<const Layer>>& layers) {
  uint32_t most = 0;
  for (const auto& layer : layers) most = std::max(most, layer->buckets());
  return most;
}

}  // namespace

std::shared_ptr<const HeapLayer> merge_layers(
    const std::vector<std::shared_ptr<const Layer>>& layers, const Days* days) {
  std::vector<HeapLayer::Block> blocks(most_buckets(layers));
  for (uint32_t b = 0; b < blocks.size(); ++b) {
    if (holders(layers, b) == 0) continue;
    if (holders(layers, b) == 1) {
      for (const auto& layer : layers) {
        if (auto block = layer->block(b)) blocks[b] = block;
      }
      continue;
    }
    std::string bytes = merge_bucket(layers, b, true, days);
    if (!bytes.empty()) blocks[b] = std::make_shared<const std::string>(std::move(bytes));
  }
  return std::make_shared<HeapLayer>(std::move(blocks));
}

namespace {

// Calls `each` with every bucket that is written, and counts the events.
template <class Each>
Result<void> add_merged(const std::vector<std::shared_ptr<const Layer>>& layers, BaseWriter& writer,
                        uint64_t& events, const Days& days, const Progress& progress, Each each) {
  const uint32_t buckets = most_buckets(layers);
  events = 0;
  for (uint32_t b = 0; b < buckets; ++b) {
    TRY(progress.check());
    std::string merged;
    std::string_view bytes;
    const BucketView of_base = layers.front()->bucket(b);
    if (of_base && holders(layers, b) == 1) {
      bytes = of_base.bytes();
    } else {
      bytes = merged = merge_bucket(layers, b, false, &days);
    }
    if (!bytes.empty()) {
      const BucketView bucket(bytes.data());
      events += bucket.header().events;
      each(bucket);
    }
    TRY(writer.add(bytes));
  }
  return {};
}

template <class Code>
void mark(std::span<const Code> codes, std::vector<uint8_t>& used) {
  for (const Code code : codes) used[code] = 1;
}

void mark_texts(BucketView bucket, Dictionary::Used& used) {
  for (const NameEntry& name : bucket.names()) {
    for (const ColumnEntry& column : bucket.columns(name)) {
      if (!is_text(column.kind)) continue;
      auto& of = used[column.property];
      if (column.kind == ColumnKind::kText8) mark(bucket.stored<uint8_t>(column, name.hits), of);
      if (column.kind == ColumnKind::kText16) mark(bucket.stored<uint16_t>(column, name.hits), of);
      if (column.kind == ColumnKind::kText32) mark(bucket.stored<uint32_t>(column, name.hits), of);
    }
  }
}

}  // namespace

Result<void> merge_base(const std::vector<std::shared_ptr<const Layer>>& layers,
                        const Dictionary& dictionary, BaseFacts facts, const std::string& path,
                        const Days& days, const Progress& progress) {
  auto writer = TRY(BaseWriter::create(path));
  TRY(add_merged(layers, *writer, facts.events, days, progress, [](BucketView) {}));
  return writer->finish(facts, dictionary);
}

Result<void> renew_base(const std::vector<std::shared_ptr<const Layer>>& layers,
                        Dictionary& dictionary, BaseFacts facts, const std::string& path,
                        const Days& days, const Progress& progress) {
  auto writer = TRY(BaseWriter::create(path));
  Dictionary::Used used = dictionary.none_used();
  TRY(add_merged(layers, *writer, facts.events, days, progress,
                 [&](BucketView bucket) { mark_texts(bucket, used); }));
  dictionary.keep_only(used);
  return writer->finish(facts, dictionary);
}

}  // namespace perennial::timeline
