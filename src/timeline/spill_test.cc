#include "timeline/spill.h"

#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "events/testing.h"

namespace perennial::timeline {
namespace {

Row row_at(int64_t at_ms, uint64_t order, size_t values) {
  return {.person = static_cast<uint32_t>(order % 1'000),
          .name = static_cast<uint32_t>(order % 7),
          .at_ms = at_ms,
          .order = order,
          .first_value = 0,
          .values = static_cast<uint32_t>(values)};
}

// Two threads add rows of every shape; each comes back as it was.
TEST(Spill, RowsComeBackAsTheyWere) {
  const events::ScratchDirectory directory;
  std::vector<std::unique_ptr<SpillFile>> files;
  for (int i = 0; i < 3; ++i) {
    files.push_back(SpillFile::create(directory.path() + "/part" + std::to_string(i)).value());
  }
  constexpr uint64_t kRows = 20'000;
  const auto values_of = [](uint64_t order) {
    std::mt19937_64 random(order);
    std::vector<Value> values(order % 997 == 0 ? 512 : random() % 4);
    for (Value& value : values) {
      value.property = static_cast<uint32_t>(random() % 4'000);
      if (random() % 2 == 0) {
        value.code = static_cast<uint32_t>(1 + random() % 65'535);
      } else {
        value.number = static_cast<double>(random() % 5) - 2;  // 0 among them
      }
    }
    return values;
  };
  const auto add = [&](uint64_t first) {
    Spill spill(files);
    for (uint64_t order = first; order < kRows; order += 2) {
      const auto values = values_of(order);
      const auto at = -5 + static_cast<int64_t>(order);
      ASSERT_TRUE(spill.add(order % 3, row_at(at, order, values.size()), values));
    }
    ASSERT_TRUE(spill.finish());
  };
  std::thread other([&] { add(1); });
  add(0);
  other.join();
  size_t read = 0;
  for (size_t file = 0; file < files.size(); ++file) {
    const Rows rows = files[file]->read_back().value();
    read += rows.rows.size();
    for (const Row& row : rows.rows) {
      ASSERT_EQ(row.order % 3, file);
      const auto values = values_of(row.order);
      const Row expected = row_at(-5 + static_cast<int64_t>(row.order), row.order, values.size());
      ASSERT_EQ(row.person, expected.person);
      ASSERT_EQ(row.name, expected.name);
      ASSERT_EQ(row.at_ms, expected.at_ms);
      ASSERT_EQ(row.values, expected.values);
      for (size_t i = 0; i < values.size(); ++i) {
        const Value& value = rows.values[row.first_value + i];
        ASSERT_EQ(value.property, values[i].property);
        ASSERT_EQ(value.code, values[i].code);
        ASSERT_EQ(value.number, values[i].number);
      }
    }
  }
  EXPECT_EQ(read, kRows);
}

TEST(Spill, WhereNoFileCanBeMadeIsSaid) {
  const auto none = SpillFile::create("/nowhere/at/all");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().where, "/nowhere/at/all");
}

}  // namespace
}  // namespace perennial::timeline
