// The stage in batches of 10,000 on SQLite: lines of an import, mixed events of known users, and
// users who are new; lists and order columns over 100,000 people and a million orders. Times
// include the commit.
#include <random>

#include <benchmark/benchmark.h>

#include "people/people.h"
#include "people/stage.h"
#include "store/testing.h"

namespace perennial::people {
namespace {

using events::StoredEvent;

constexpr size_t kBatch = 10'000;
constexpr int64_t kStart = 1'290'000'000'000;

void must(const Result<void>& result) {
  if (!result) die(result.error().text(), __FILE__, __LINE__);
}

struct World {
  store::TestDatabase database;
  events::Stage stage = make_stage([] { return Basics{.currency = "GBP"}; });
  uint64_t seq = 0;

  World() { must(database->migrate(migrations())); }
  void apply(std::vector<StoredEvent>& batch) {
    for (auto& event : batch) event.seq = ++seq;
    must(database->write([&](store::Connection& c) { return stage.apply(c, batch); }));
  }
};

// As an import of the sample shop sends them: about 21 lines an order, a quarter of them without a
// customer, 4,400 customers.
std::vector<std::vector<StoredEvent>> import_batches(size_t batches) {
  std::mt19937_64 random(7);
  std::vector<std::vector<StoredEvent>> all(batches);
  int64_t order = 536'365;
  int64_t left = 0;
  StoredEvent event;
  event.source = "import:orders";
  for (auto& batch : all) {
    for (size_t i = 0; i < kBatch; ++i) {
      if (left-- == 0) {
        left = static_cast<int64_t>(random() % 40);
        ++order;
        const bool anonymous = random() % 7 == 0;
        event.user_id = anonymous ? "" : std::to_string(12'000 + random() % 4'400);
        event.anonymous_id = anonymous ? "order:" + std::to_string(order) : "";
        event.timestamp = from_millis(kStart + order * 60'000);
      }
      event.message_id = "row" + std::to_string(random());
      event.name = kOrderLine;
      event.properties = R"({"order_id":")" + std::to_string(order) +
                         R"(","kind":"order","amount_minor":)" + std::to_string(random() % 9'000) +
                         R"(,"currency":"GBP","quantity":)" + std::to_string(random() % 24) +
                         R"(,"sku":"85123A","name":"WHITE HANGING HEART T-LIGHT HOLDER",)" +
                         R"("country":"United Kingdom"})";
      batch.push_back(event);
    }
  }
  return all;
}

void BM_ImportOrderLines(benchmark::State& state) {
  auto batches = import_batches(54);
  for (auto _ : state) {
    state.PauseTiming();
    auto world = std::make_unique<World>();
    state.ResumeTiming();
    for (auto& batch : batches) world->apply(batch);
    state.PauseTiming();
    world.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(54 * kBatch));
}
BENCHMARK(BM_ImportOrderLines)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();

std::vector<StoredEvent> track_batch(std::mt19937_64& random, size_t users, int64_t at) {
  static const std::vector<std::string> kNames = {"Product Viewed", "Product Added",
                                                  "Checkout Started", "Page Scrolled"};
  std::vector<StoredEvent> batch(kBatch);
  for (auto& event : batch) {
    event.source = "web";
    event.name = kNames[random() % kNames.size()];
    event.user_id = "user-" + std::to_string(random() % users);
    event.anonymous_id = "0b5e6f50-7d4c-4f3b-9a57-" + event.user_id;
    event.timestamp = from_millis(at + static_cast<int64_t>(random() % 1'000));
    event.properties = R"({"sku":"85123A","price":2.55,"category":"home","url":"/p/85123A"})";
  }
  return batch;
}

void BM_TrackKnownUsers(benchmark::State& state) {
  const auto users = static_cast<size_t>(state.range(0));
  World world;
  std::mt19937_64 random(5);
  std::vector<StoredEvent> everybody(users);
  for (size_t i = 0; i < users; ++i) {
    everybody[i].source = "web";
    everybody[i].name = "Signed Up";
    everybody[i].user_id = "user-" + std::to_string(i);
    everybody[i].timestamp = from_millis(kStart);
  }
  world.apply(everybody);
  int64_t at = kStart;
  for (auto _ : state) {
    state.PauseTiming();
    auto batch = track_batch(random, users, at += 200);
    state.ResumeTiming();
    world.apply(batch);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kBatch));
}
BENCHMARK(BM_TrackKnownUsers)
    ->Arg(5'000)
    ->Arg(100'000)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime();

// Visitors become users, with traits.
std::vector<std::vector<StoredEvent>> identify_batches(int batches, int turn) {
  std::vector<std::vector<StoredEvent>> all(static_cast<size_t>(batches));
  int64_t n = 0;
  for (auto& batch : all) {
    for (size_t i = 0; i < kBatch; ++i, ++n) {
      const std::string name = std::to_string(n);
      StoredEvent event;
      event.source = "web";
      event.message_id = std::to_string(turn) + "-" + name;
      event.type = events::Type::kIdentify;
      event.user_id = "user-" + name;
      event.anonymous_id = "visitor-" + name;
      event.timestamp = from_millis(kStart + turn * 10'000'000 + n);
      event.properties = R"({"name":"Person )" + name + R"(","email":"p)" + name +
                         R"(@example.com","plan":")" + (turn > 0 && n % 10 == 0 ? "free" : "pro") +
                         R"("})";
      batch.push_back(std::move(event));
    }
  }
  return all;
}

// All of them new at first; then the same again, of whom one in ten says something new.
void BM_Identify(benchmark::State& state, int turn) {
  constexpr int kBatches = 20;
  for (auto _ : state) {
    state.PauseTiming();
    auto world = std::make_unique<World>();
    for (int before = 0; before < turn; ++before) {
      for (auto& batch : identify_batches(kBatches, before)) world->apply(batch);
    }
    auto batches = identify_batches(kBatches, turn);
    state.ResumeTiming();
    for (auto& batch : batches) world->apply(batch);
    state.PauseTiming();
    world.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kBatches * kBatch));
}
BENCHMARK_CAPTURE(BM_Identify, new_people, 0)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Iterations(1);
BENCHMARK_CAPTURE(BM_Identify, again, 1)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Iterations(1);

// 100,000 people with names, ten orders each.
World& large_world() {
  static World* world = [] {
    auto* made = new World;
    static const std::vector<std::string> kNames = {"王伟", "李娜", "Émile Zola", "Ann Lee",
                                                    "张敏"};
    std::mt19937_64 random(3);
    std::vector<StoredEvent> batch;
    StoredEvent event;
    event.source = "web";
    for (int i = 0; i < 100'000; ++i) {
      event.user_id = "user-" + std::to_string(i);
      event.type = events::Type::kIdentify;
      event.timestamp = from_millis(kStart + static_cast<int64_t>(random() % 1'000'000'000));
      event.properties = R"({"name":")" + kNames[random() % kNames.size()] + " " +
                         std::to_string(i) + R"(","email":"u)" + std::to_string(i) +
                         R"(@example.org","country":"France","plan":"basic"})";
      batch.push_back(event);
      event.type = events::Type::kTrack;
      event.name = kOrderCompleted;
      for (int order = 0; order < 10; ++order) {
        event.timestamp = from_millis(kStart + static_cast<int64_t>(random() % 9'000'000'000));
        event.properties = R"({"order_id":")" + std::to_string(i * 10 + order) + R"(","total":)" +
                           std::to_string(random() % 900) + "}";
        batch.push_back(event);
      }
      if (batch.size() >= kBatch) made->apply(batch), batch.clear();
    }
    made->apply(batch);
    return made;
  }();
  return *world;
}

void BM_List(benchmark::State& state, ListQuery query) {
  World& world = large_world();
  for (auto _ : state) {
    must(world.database->read([&](store::Connection& c) -> Result<void> {
      const auto page = TRY(list_people(c, query));
      benchmark::DoNotOptimize(page.total);
      return {};
    }));
  }
}
ListQuery half_of_them() {
  ListQuery query;
  query.set.emplace();
  for (PersonId id = 1; id < 100'000; id += 2) query.set->push_back(id);
  return query;
}
BENCHMARK_CAPTURE(BM_List, last_order, ListQuery{})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_List, name, ListQuery{.sort = ListQuery::Sort::kName})
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_List, last_seen, ListQuery{.sort = ListQuery::Sort::kLastSeen})
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_List, search, ListQuery{.search = "伟 99"})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_List, last_page, ListQuery{.offset = 99'900})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_List, set_of_half, half_of_them())->Unit(benchmark::kMillisecond);

void BM_LoadMillionOrders(benchmark::State& state) {
  World& world = large_world();
  for (auto _ : state) {
    must(world.database->read([&](store::Connection& c) -> Result<void> {
      const auto book = TRY(load_orders(c, "GBP"));
      INVARIANT(book.rows() == 1'000'000);
      return {};
    }));
  }
}
BENCHMARK(BM_LoadMillionOrders)->Unit(benchmark::kMillisecond);

void BM_LoadOrdersOfTheImport(benchmark::State& state) {
  auto batches = import_batches(54);
  World world;
  for (auto& batch : batches) world.apply(batch);
  for (auto _ : state) {
    must(world.database->read([&](store::Connection& c) -> Result<void> {
      state.counters["orders"] = static_cast<double>(TRY(load_orders(c, "GBP")).rows());
      return {};
    }));
  }
}
BENCHMARK(BM_LoadOrdersOfTheImport)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace perennial::people
