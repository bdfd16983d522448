#include "timeline/spill.h"

#include <filesystem>
#include <random>
#include <thread>

#include <gmock/gmock.h>
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
  const auto space = std::make_shared<ScratchSpace>(directory.path());
  space->gathered = 4'096;
  const auto scratch = std::make_shared<Scratch>(space);
  Spilled spilled(scratch, 3);
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
    Spill spill(spilled);
    for (uint64_t order = first; order < kRows; order += 2) {
      const auto values = values_of(order);
      const auto at = -5 + static_cast<int64_t>(order);
      ASSERT_TRUE(spill.add(order % 3, row_at(at, order, values.size()), values));
    }
    EXPECT_GT(spill.bytes(), 0u);
    EXPECT_LT(spill.bytes(), 3 * (space->gathered + 16'384)) << "the rest is in the file";
    spill.finish();
  };
  std::thread other([&] { add(1); });
  add(0);
  other.join();
  ASSERT_TRUE(spilled.on_disk());
  EXPECT_EQ(spilled.size().rows, kRows);
  EXPECT_GE(space->used + spilled.memory(), spilled.size().bytes);
  size_t read = 0;
  for (size_t file = 0; file < spilled.partitions(); ++file) {
    const Spilled::Size size = spilled.size(file);
    const uint64_t taken = space->used;
    const Rows rows = spilled.read_back(file).value();
    EXPECT_LT(space->used, taken) << "the disk has it back at once";
    EXPECT_EQ(rows.rows.size(), size.rows);
    EXPECT_EQ(rows.values.size(), size.values);
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

// As the log gives them: runs of one person in the order of time.
TEST(Spill, ARunTakesAboutTenBytesARow) {
  const events::ScratchDirectory directory;
  const auto space = std::make_shared<ScratchSpace>(directory.path());
  space->gathered = 1 << 20;
  Spilled spilled(std::make_shared<Scratch>(space), 1);
  Spill spill(spilled);
  std::mt19937_64 random(1);
  constexpr uint32_t kPeople = 200, kEach = 50;
  for (uint32_t person = 0; person < kPeople; ++person) {
    int64_t at = 1'700'000'000'000;
    for (uint32_t i = 0; i < kEach; ++i) {
      at += static_cast<int64_t>(random() % 90'000'000);  // a day or so
      const uint64_t order = random() % 100'000'000;
      ASSERT_TRUE(spill.add(0, {.person = person, .name = 3, .at_ms = at, .order = order}, {}));
    }
  }
  spill.finish();
  EXPECT_FALSE(spilled.on_disk());
  EXPECT_LT(spilled.size().bytes, 11u * kPeople * kEach);
  EXPECT_EQ(spilled.read_back(0).value().rows.size(), size_t{kPeople} * kEach);
  EXPECT_EQ(spilled.memory(), 0u);
}

TEST(Spill, WhereNoFileCanBeMadeIsSaid) {
  const auto space = std::make_shared<ScratchSpace>("/nowhere/at/all");
  const auto none = ScratchFile::create(std::make_shared<Scratch>(space));
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().text(), testing::Not(testing::HasSubstr("/nowhere")))
      << "askers read it";
}

TEST(Spill, TemporaryFilesHaveABoundAndGiveBackWhatTheyTook) {
  const events::ScratchDirectory directory;
  const auto space = std::make_shared<ScratchSpace>(directory.path(), 100'000, 1);
  const auto one = std::make_shared<Scratch>(space), other = std::make_shared<Scratch>(space);
  const std::string bytes(60'000, 'x');
  {
    const auto file = ScratchFile::create(one).value();
    EXPECT_TRUE(std::filesystem::is_empty(directory.path())) << "it has no name";
    ASSERT_TRUE(file->add(bytes));
    {
      const auto second = ScratchFile::create(other).value();
      EXPECT_EQ(second->add(bytes).error().code, Code::kBusy);
    }
    EXPECT_EQ(file->add(bytes).error().code, Code::kTooLarge);
    EXPECT_EQ(space->used, 120'000u);
  }
  EXPECT_EQ(space->used, 0u);
  const auto file = ScratchFile::create(other).value();
  EXPECT_TRUE(file->add(bytes).has_value());
}

TEST(Spill, TheDiskIsNotFilled) {
  const events::ScratchDirectory directory;
  const auto space = std::make_shared<ScratchSpace>(directory.path(), kMaxScratch, UINT64_MAX);
  const auto file = ScratchFile::create(std::make_shared<Scratch>(space)).value();
  const auto refused = file->add("x");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kFull);
  EXPECT_THAT(refused.error().text(), testing::Not(testing::HasSubstr(directory.path())));
}

}  // namespace
}  // namespace perennial::timeline
