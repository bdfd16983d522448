// What one thread reads: calls and rows.

#include <cstring>

#include <benchmark/benchmark.h>

#include "collect/collect.h"
#include "collect/csv_reader.h"
#include "collect/rows.h"

namespace perennial::collect {
namespace {

constexpr size_t kEventsPerBatch = 100;
constexpr int kRows = 200'000;

std::string batch_body() {
  std::string body = "{\"batch\":[";
  for (size_t i = 0; i < kEventsPerBatch; ++i) {
    std::string number = std::to_string(i);
    body += std::string(i > 0 ? "," : "") +
            R"({"type":"track","event":"Product Viewed","userId":"user-)" + number +
            R"(","messageId":"message-123456-)" + number +
            R"(","timestamp":"2026-11-22T00:01:59.090Z",)" +
            R"("properties":{"sku":"A-1001","price":19.95,"n":2}})";
  }
  return body + R"(],"sentAt":"2026-11-22T00:01:59.190Z"})";
}

void decode_batches(benchmark::State& state) {
  std::string body = batch_body();
  Instant now = parse_instant("2026-11-22T00:02:00Z").value();
  for (auto _ : state) {
    auto decoded = decode_segment("batch", body, "web", now, nullptr);
    if (!decoded || decoded->events.size() != kEventsPerBatch) state.SkipWithError("not decoded");
    benchmark::DoNotOptimize(decoded);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kEventsPerBatch));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(body.size()));
}
BENCHMARK(decode_batches);

std::string orders_text() {
  std::string text;
  for (int i = 0; i < kRows; ++i) {
    text += std::to_string(536'365 + i / 20) + ",85123A,WHITE HANGING HEART T-LIGHT HOLDER," +
            std::to_string(1 + i % 12) + ",2010-12-01 08:26:00,2.55," +
            std::to_string(12'000 + i / 20 % 4'000) + ".0,United Kingdom\n";
  }
  return text;
}

CsvReader::Read feed(const std::string& text) {
  return [&text, given = size_t{0}](char* out, size_t capacity) mutable -> Result<size_t> {
    size_t count = std::min(capacity, text.size() - given);
    std::memcpy(out, text.data() + given, count);
    given += count;
    return count;
  };
}

void read_rows(benchmark::State& state) {
  std::string text = orders_text();
  for (auto _ : state) {
    CsvReader reader(feed(text), ",");
    CsvRow row;
    size_t fields = 0;
    while (reader.next(row).value()) fields += row.fields.size();
    if (fields != 8 * kRows) state.SkipWithError("fields are missing");
  }
  state.SetItemsProcessed(state.iterations() * kRows);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
}
BENCHMARK(read_rows)->Unit(benchmark::kMillisecond);

void build_events(benchmark::State& state) {
  std::string text = orders_text();
  FilePlan plan;
  plan.titles = {"order", "sku", "name", "quantity", "at", "price", "customer", "country"};
  plan.mapping.columns = {{"order_id", "order"},       {"sku", "sku"},        {"name", "name"},
                          {"quantity", "quantity"},    {"at", "at"},          {"price", "price"},
                          {"customer_id", "customer"}, {"country", "country"}};
  plan.mapping.date_format = "iso";
  plan.mapping.refund_prefix = "C";
  Defaults defaults{.currency = "GBP", .now = system_now(), .as_of = system_now()};
  for (auto _ : state) {
    auto builder = RowBuilder::make(Kind::kOrders, plan, defaults).value();
    CsvReader reader(feed(text), ",");
    CsvRow row;
    RowBatch batch;
    while (reader.next(row).value()) {
      if (builder->build(row, batch) != Verdict::kGood) state.SkipWithError("a row was refused");
      if (batch.rows.size() == 20'000) batch = {};
    }
  }
  state.SetItemsProcessed(state.iterations() * kRows);
}
BENCHMARK(build_events)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace perennial::collect
