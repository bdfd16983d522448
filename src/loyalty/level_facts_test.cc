#include "loyalty/level_facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loyalty/assess.h"
#include "loyalty/testing.h"

namespace perennial::loyalty {
namespace {

class LevelFacts : public StageTest {
 protected:
  void SetUp() override {
    write([&](store::Connection& c) -> Result<void> {
      TRY(save_levels(c, ledger_->programme(),
                      TRY(levels_from_json(
                          {{"measure", "spend"},
                           {"window", "total"},
                           {"levels",
                            {{{"code", "base"}, {"name", "Base"}, {"threshold", 0}},
                             {{"code", "gold"}, {"name", "Gold"}, {"threshold", 10'000}}}}}))));
      return {};
    });
  }
  void buys(const std::string& user, double total, const std::string& visitor = "") {
    send({track(
        "2026-01-05T12:00", user, visitor, "Order Completed",
        {{"order_id", "o" + std::to_string(++orders_)}, {"total", total}, {"currency", "CNY"}})});
  }
  segments::FactProvider fact() {
    auto all = family().all();
    EXPECT_TRUE(all);
    EXPECT_EQ(all->size(), 1u);
    return all->at(0);
  }
  segments::FactFamily& family() {
    if (!family_) family_ = level_facts(ledger_->database());
    return *family_;
  }
  std::string level(PersonId person) {
    const auto column = fact().column();
    EXPECT_TRUE(column);
    return (*column)->words[(*column)->of(person)];
  }

  std::optional<segments::FactFamily> family_;
  int orders_ = 0;
};

TEST_F(LevelFacts, NameTheLevelsOfAProgramme) {
  const auto one = fact();
  EXPECT_EQ(one.name, "loyalty_level:shop");
  EXPECT_THAT(one.words, testing::ElementsAre("base", "gold"));
  EXPECT_EQ(one.labels.at("gold"), "Gold");
  EXPECT_EQ(family().family, "loyalty_level");
}

TEST_F(LevelFacts, FollowEveryChangeAndStayTheSameOtherwise) {
  buys("ann", 20);
  buys("bob", 200);
  EXPECT_EQ(level(person("ann")), "base");
  EXPECT_EQ(level(person("bob")), "gold");
  const auto before = *fact().column();
  buys("ann", 1);
  EXPECT_EQ(*fact().column(), before);  // nobody has another level
  buys("ann", 150);
  buys("eve", 5);
  EXPECT_EQ(level(person("ann")), "gold");
  EXPECT_EQ(level(person("bob")), "gold");
  EXPECT_EQ(level(person("eve")), "base");
  EXPECT_EQ(level(person("nobody")), "");
}

TEST_F(LevelFacts, FollowWhoCameTogether) {
  buys("", 150, "~v");
  buys("ann", 20);
  const PersonId visitor = person("", "~v"), ann = person("ann");
  EXPECT_EQ(level(visitor), "gold");
  EXPECT_EQ(level(ann), "base");
  send({identify("2026-01-06T12:00", "ann", "~v", Json::object())});
  EXPECT_EQ(level(person("ann")), "gold");
  EXPECT_EQ(level(visitor == person("ann") ? ann : visitor), "");
}

}  // namespace
}  // namespace perennial::loyalty
