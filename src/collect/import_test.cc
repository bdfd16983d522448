// Imports from file to log, with the real data and its known figures.

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collect/collect.h"
#include "collect/test_ground.h"

namespace perennial::collect {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

constexpr const char* kOnlineRetail = PERENNIAL_SOURCE_DIR "/data/online_retail.csv.gz";
constexpr const char* kCdnowMaster = PERENNIAL_SOURCE_DIR "/data/cdnow/CDNOW_master.txt";
constexpr const char* kCdnowSample = PERENNIAL_SOURCE_DIR "/data/cdnow/CDNOW_sample.txt";

Instant now() { return parse_instant("2026-03-01T12:00:00Z").value(); }

class Imports : public TestGround {
 protected:
  void SetUp() override {
    TestGround::SetUp();
    directory_ = (fs::temp_directory_path() / ("imports-" + random_token(9))).string();
    fs::create_directories(directory_);
    open();
  }
  void TearDown() override {
    log_.allow(1'000'000);
    importer_.reset();
    fs::remove_all(directory_);
  }

  void open() {
    importer_ = Importer::open(*database_, log_, *settings_, now, directory_ + "/own",
                               [this](uint64_t seq) { return settle(seq); })
                    .value();
  }
  // The import's thread asks this at the very end.
  bool settle(uint64_t) { return true; }

  std::string write(const std::string& text) {
    std::string path = directory_ + "/file-" + random_token(6) + ".csv";
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  std::string add(Kind kind, const std::string& path) {
    auto added = importer_->add(kind, "file.csv", path, false);
    EXPECT_TRUE(added) << (added ? "" : added.error().text());
    return added ? added->id : "";
  }
  Import wait(const std::string& id) {
    for (;;) {
      auto import = importer_->get(id);
      if (!import || import->state != "running") return import.value_or(Import{});
      std::this_thread::yield();
    }
  }
  Import run(const std::string& id, const Mapping& mapping = {}) {
    auto started = importer_->start(id, mapping);
    EXPECT_TRUE(started) << (started ? "" : started.error().text());
    Import import = wait(id);
    EXPECT_EQ(import.state, "done") << import.error;
    return import;
  }
  Import run(Kind kind, const std::string& text, const Mapping& mapping = {}) {
    return run(add(kind, write(text)), mapping);
  }
  std::string rejects(const std::string& id) {
    auto path = importer_->rejects_path(id);
    if (!path) return "error: " + path.error().message;
    std::stringstream text;
    text << std::ifstream(*path, std::ios::binary).rdbuf();
    return text.str();
  }
  std::vector<events::StoredEvent> all() { return log_.read({}).value(); }

  std::string directory_;
  std::unique_ptr<Importer> importer_;
};

std::string counts(const Import& import) {
  const Progress& p = import.progress;
  return std::to_string(p.rows) + " rows, " + std::to_string(p.stored) + " stored, " +
         std::to_string(p.duplicates) + " duplicates, " + std::to_string(p.rejected) +
         " rejected, " + std::to_string(p.left_out) + " left out, " + std::to_string(p.anonymous) +
         " anonymous";
}

Mapping pounds() {
  Mapping mapping;
  mapping.currency = "GBP";
  return mapping;
}

// ---- small files

TEST_F(Imports, OrdersBecomeLinesAndOpenings) {
  Import import =
      run(Kind::kOrders,
          "InvoiceNo,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country,Shelf\n"
          "536365,\"Tea, \"\"green\"\"\",6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom,\n"
          "536365,Cup,2,2010-12-01 08:26:00,1.005,17850.0,United Kingdom,\n"
          "C536379,Tea,-1,2010-12-01 09:41:00,27.50,14527.0,France,\n"
          "536544,Pot,1,2010-12-01 14:32:00,0,,Spain,\n",
          pounds());
  EXPECT_EQ(counts(import), "4 rows, 4 stored, 0 duplicates, 0 rejected, 0 left out, 1 anonymous");
  auto events = all();
  ASSERT_EQ(events.size(), 7u);
  std::map<std::string, const events::StoredEvent*> openings;
  std::vector<const events::StoredEvent*> lines;
  for (const auto& event : events) {
    EXPECT_EQ(event.source, "import:orders");
    if (event.name == people::kOrderLine) {
      lines.push_back(&event);
    } else {
      openings[event.message_id] = &event;
    }
  }
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[0]->properties,
            R"({"order_id":"536365","kind":"order","amount_minor":1530,"currency":"GBP",)"
            R"("quantity":6,"price":2.55,"name":"Tea, \"green\"","country":"United Kingdom"})");
  EXPECT_EQ(lines[0]->user_id, "17850");
  EXPECT_EQ(lines[0]->timestamp, parse_instant("2010-12-01T08:26:00Z").value());
  EXPECT_THAT(lines[1]->properties, HasSubstr(R"("amount_minor":201,)"));
  EXPECT_THAT(lines[2]->properties, HasSubstr(R"("kind":"refund","amount_minor":-2750,)"));
  EXPECT_EQ(lines[3]->user_id, "");
  EXPECT_EQ(lines[3]->anonymous_id, "order:536544");
  ASSERT_EQ(openings.size(), 3u);
  EXPECT_EQ(openings["order:536365"]->name, people::kOrderCompleted);
  EXPECT_EQ(openings["order:536365"]->properties, R"({"order_id":"536365","lines_follow":true})");
  EXPECT_EQ(openings["order:536365"]->user_id, "17850");
  EXPECT_EQ(openings["order:C536379"]->name, people::kOrderRefunded);
  EXPECT_EQ(openings["order:536544"]->anonymous_id, "order:536544");
}

TEST_F(Imports, IdsAreComposedAndJunkIsNoted) {
  run(Kind::kOrders,
      "order_id,customer_id,date,amount\nA,e\xCC\x81,2026-01-01,1\nB,null,2026-01-01,1\n");
  run(Kind::kEvents,
      "event,user_id,anonymous_id,time\nSeen,0,v,2026-01-01\nSeen,u,undefined,2026-01-01\n");
  std::multiset<std::string> found;
  for (const auto& event : all())
    found.insert(event.name + " " + event.user_id + "/" + event.anonymous_id + " " + event.context);
  EXPECT_THAT(found, testing::ElementsAre(R"(Order Completed /order:B {"junk_user_id":"null"})",
                                          "Order Completed é/ {}",
                                          R"(Order Line /order:B {"junk_user_id":"null"})",
                                          "Order Line é/ {}", R"(Seen /v {"junk_user_id":"0"})",
                                          R"(Seen u/ {"junk_anonymous_id":"undefined"})"));
}

TEST_F(Imports, EqualRowsAllCountAndOnlyOnce) {
  const std::string text =
      "order_id,date,amount\nA,2026-01-01,1\nA,2026-01-01,1\nB,2026-01-01,1\nA,2026-01-01,1\n";
  EXPECT_EQ(counts(run(Kind::kOrders, text)),
            "4 rows, 4 stored, 0 duplicates, 0 rejected, 0 left out, 4 anonymous");
  EXPECT_EQ(counts(run(Kind::kOrders, text)),
            "4 rows, 0 stored, 4 duplicates, 0 rejected, 0 left out, 4 anonymous");
  EXPECT_EQ(all().size(), 6u);
}

TEST_F(Imports, RowKeysDecideWhatIsTheSame) {
  EXPECT_EQ(counts(run(Kind::kOrders,
                       "order_id,date,amount,line_id\nA,2026-01-01,1,L1\n"
                       "A,2026-01-01,1,L2\nA,2026-01-02,9,L1\nB,2026-01-02,9,\n")),
            "4 rows, 2 stored, 1 duplicates, 1 rejected, 0 left out, 3 anonymous");
}

TEST_F(Imports, BadRowsAreReportedAndStopNothing) {
  std::string id = add(Kind::kOrders, write("order,date,quantity,price,customer\n"
                                            "1,2026-01-01,1,5,c1\n"
                                            "2,yesterday,1,5,c1\n"
                                            "3,1900-01-01,1,5,c1\n"
                                            "4,2200-01-01,1,5,c1\n"
                                            "5,2026-01-01,many,5,c1\n"
                                            "6,2026-01-01,1,1e400,c1\n"
                                            "7,2026-01-01,1,5\n"
                                            "8,2026-01-01,1,5,c1,more\n"
                                            "9,2026-01-01,1,,c1\n"
                                            "10,2026-01-01,999999999999,999999999999,c1\n"
                                            "11,2026-01-01,1,\"5\n"
                                            "12,2026-01-01,1,5,\xFF\n"
                                            ",2026-01-01,1,5,c1\n"
                                            "14,2026-01-01,1,5,c1\n"));
  Mapping mapping;
  mapping.date_format = "iso";
  mapping.encoding = "UTF-8";
  EXPECT_EQ(counts(run(id, mapping)),
            "14 rows, 2 stored, 0 duplicates, 12 rejected, 0 left out, 0 anonymous");
  std::string list = rejects(id);
  for (const char* line :
       {"line,column,reason,row\r\n", "3,date,\"is no time in the format iso: \"\"yesterday\"\"\",",
        "4,date,is before 1990 or more than 24 hours ahead: 1900-01-01T00:00:00.000Z,",
        "5,date,is before 1990", "6,quantity,\"expected a number", "7,price,",
        "8,,has 4 columns instead of 5,\"7,2026-01-01,1,5\"\r\n", "9,,has 6 columns instead of 5,",
        "10,price,is empty,", "11,price,the amount is too large",
        "12,,has a quote that is never closed,",
        "13,,\"is not well-formed UTF-8, or holds a NUL\",", "14,order,is empty,"}) {
    EXPECT_THAT(list, HasSubstr(line));
  }
  EXPECT_TRUE(is_storable_text(list));
}

TEST_F(Imports, BytesOutsideTheEncodingAreReported) {
  Mapping mapping;
  mapping.encoding = "GB18030";
  std::string id =
      add(Kind::kOrders, write("order,date,amount\n1,2026-01-01,5\n\xFF,2026-01-01,5\n"));
  EXPECT_EQ(run(id, mapping).progress.rejected, 1);
  EXPECT_THAT(rejects(id), HasSubstr("3,,holds bytes that are no GB18030,"));
}

TEST_F(Imports, JunkCustomersAreNobody) {
  Import import = run(Kind::kOrders,
                      "order,date,amount,customer\n1,2026-01-01,1,null\n2,2026-01-01,1,0\n"
                      "3,2026-01-01,1, 17.000 \n4,2026-01-01,1,17.5\n5,2026-01-01,1,N-1.0\n");
  EXPECT_EQ(import.progress.anonymous, 2);
  std::set<std::string> users;
  for (const auto& event : all()) users.insert(event.user_id);
  EXPECT_EQ(users, (std::set<std::string>{"", "17", "17.5", "N-1.0"}));
}

TEST_F(Imports, RefundsWithoutAPrefixAreKnownByTheirSign) {
  run(Kind::kOrders,
      "order,date,amount\n1,2026-01-01,5\n1,2026-01-01,-1\n2,2026-01-01,-5\n"
      "2,2026-01-01,1\n");
  std::map<std::string, std::string> openings;
  for (const auto& event : all()) {
    if (event.name != people::kOrderLine) openings[event.message_id] = event.name;
  }
  EXPECT_EQ(openings["order:1"], people::kOrderCompleted);
  EXPECT_EQ(openings["order:2"], people::kOrderRefunded);
}

TEST_F(Imports, UntilLeavesLaterRowsForLater) {
  const std::string path =
      write("order,date,amount\n1,2026-01-01,5\n2,2026-01-02,5\n3,2026-01-03,5\n");
  std::string id = add(Kind::kOrders, path);
  Mapping mapping;
  mapping.until = parse_instant("2026-01-02T00:00:00Z").value();
  EXPECT_EQ(counts(run(id, mapping)),
            "3 rows, 1 stored, 0 duplicates, 0 rejected, 2 left out, 1 anonymous");
  EXPECT_EQ(counts(run(id)), "3 rows, 2 stored, 1 duplicates, 0 rejected, 0 left out, 3 anonymous");
}

TEST_F(Imports, CustomersAndEvents) {
  EXPECT_EQ(run(Kind::kCustomers,
                "id,name,email,city,joined at\n7.0,李雷,li@example.com,上海,2025-01-02\n,x,y,z,\n")
                .progress.rejected,
            1);
  EXPECT_EQ(run(Kind::kEvents,
                "event,user_id,anonymous_id,time,plan,seats,code\n"
                "Upgraded,u1,,2026-01-02 03:04:05,pro,5,007\n,u1,,2026-01-02,,,\n")
                .progress.stored,
            1);
  auto events = all();
  ASSERT_EQ(events.size(), 2u);
  const auto& upgraded = events[0];
  EXPECT_EQ(upgraded.type, events::Type::kTrack);
  EXPECT_EQ(upgraded.name, "Upgraded");
  EXPECT_EQ(upgraded.properties, R"({"plan":"pro","seats":5,"code":"007"})");
  const auto& identify = events[1];
  EXPECT_EQ(identify.type, events::Type::kIdentify);
  EXPECT_EQ(identify.user_id, "7");
  Json traits = parse_json(identify.properties).value();
  EXPECT_EQ(traits["name"], "李雷");
  EXPECT_EQ(traits["email"], "li@example.com");
  EXPECT_EQ(traits["city"], "上海");
  EXPECT_EQ(traits["createdAt"], "2025-01-02T00:00:00.000Z");
}

TEST_F(Imports, DescribesAndChecks) {
  std::string id = add(Kind::kOrders, write("order,date,amount,customer\n1,2026-01-01,5,a\n"
                                            "R2,2026-01-03,-1,a\n3,never,5,\n4,2026-01-02,2,\n"
                                            "5,2026-01-02,2,\n6,2026-01-02,2,\n7,2026-01-02,2,\n"
                                            "8,2026-01-02,2,\n9,2026-01-02,2,\n10,2026-01-02,2,\n"
                                            "11,2026-01-02,2,\n12,2026-01-02,2,\n"));
  Json json = importer_->describe(id).value();
  EXPECT_EQ(json["state"], "uploaded");
  EXPECT_EQ(json["kind"], "orders");
  EXPECT_EQ(json["sample"]["columns"].size(), 4u);
  EXPECT_EQ(json["sample"]["rows"][0][3], "a");
  EXPECT_EQ(json["fields"][2], (Json{{"name", "at"}, {"needed", true}}));
  EXPECT_EQ(json["mapping"]["columns"]["amount"], "amount");
  EXPECT_TRUE(json["finished_at"].is_null());

  Json check = importer_->check(id, {}).value();
  EXPECT_EQ(check["rows"], 12);
  EXPECT_EQ(check["good"], 11);
  EXPECT_EQ(check["rejected"], 1);
  EXPECT_EQ(check["anonymous"], 9);
  EXPECT_EQ(check["orders"], 11);
  EXPECT_EQ(check["customers"], 1);
  EXPECT_EQ(check["refund_rows"], 1);
  EXPECT_EQ(check["total_minor"], 2200);
  EXPECT_EQ(check["currency"], "CNY");
  EXPECT_EQ(check["first_at"], "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(check["last_at"], "2026-01-03T00:00:00.000Z");
  EXPECT_EQ(check["errors"][0]["line"], 4);
  EXPECT_EQ(check["errors"][0]["column"], "date");
  EXPECT_TRUE(all().empty());
}

TEST_F(Imports, FilesComeAndGo) {
  std::string path = write("order,date,amount\n1,2026-01-01,5\n");
  auto added = importer_->add(Kind::kOrders, "orders.csv", path, true);
  ASSERT_TRUE(added);
  EXPECT_FALSE(fs::exists(path));
  EXPECT_EQ(rejects(added->id), "error: the import has not run yet");
  run(added->id);
  EXPECT_EQ(rejects(added->id), "line,column,reason,row\r\n");
  EXPECT_EQ(importer_->list().value().size(), 1u);
  EXPECT_TRUE(importer_->remove(added->id));
  EXPECT_TRUE(fs::is_empty(directory_ + "/own"));
  EXPECT_EQ(importer_->get(added->id).error().code, Code::kNotFound);
  EXPECT_EQ(all().size(), 2u);

  EXPECT_EQ(importer_->add(Kind::kOrders, "x", directory_ + "/none", false).error().code,
            Code::kNotFound);
  EXPECT_FALSE(importer_->add(Kind::kOrders, "x", write(""), true));
  EXPECT_TRUE(fs::is_empty(directory_ + "/own"));
  EXPECT_EQ(importer_->start("imp_none", {}).error().code, Code::kNotFound);
  std::string shapes = add(Kind::kOrders, write("colour,shape\nred,round\nblue,square\n"));
  EXPECT_EQ(importer_->start(shapes, {}).error().where, "at");
}

// ---- stopping and going on

std::string many_rows(int rows) {
  std::string text = "order,date,amount,customer\n";
  for (int i = 0; i < rows; ++i) {
    text += std::to_string(i / 3) + ",2026-01-01," + std::to_string(i % 7) + ",c" +
            std::to_string(i % 100) + "\n";
    if (i % 1000 == 0) text += "bad row\n";
  }
  return text;
}

TEST_F(Imports, CancelledImportsGoOnWhereTheyStopped) {
  std::string id = add(Kind::kOrders, write(many_rows(200'000)));
  log_.allow(4);  // two batches of openings and lines
  ASSERT_TRUE(importer_->start(id, {}));
  EXPECT_EQ(importer_->start(id, {}).error().code, Code::kConflict);
  EXPECT_EQ(importer_->remove(id).error().code, Code::kConflict);
  log_.wait_for_append(5);
  std::thread cancels([&] { EXPECT_EQ(importer_->cancel(id).value().state, "cancelled"); });
  log_.allow(1'000'000);
  cancels.join();
  Import stopped = importer_->get(id).value();
  EXPECT_EQ(stopped.state, "cancelled");
  EXPECT_GT(stopped.progress.rows, 0);
  EXPECT_EQ(stopped.progress.rows, stopped.progress.stored + stopped.progress.rejected);

  EXPECT_EQ(counts(run(id)),
            "200200 rows, 200000 stored, 0 duplicates, 200 rejected, 0 left out, 0 anonymous");
  EXPECT_EQ(all().size(), 200'000u + 66'667u);
  std::string list = rejects(id);
  EXPECT_EQ(std::count(list.begin(), list.end(), '\n'), 201);
}

TEST_F(Imports, ARestartGoesOnByItself) {
  std::string id = add(Kind::kOrders, write(many_rows(200'000)));
  std::string second = add(Kind::kOrders, write("order,date,amount\nX,2026-01-01,5\n"));
  log_.allow(4);
  ASSERT_TRUE(importer_->start(id, {}));
  ASSERT_TRUE(importer_->start(second, {}));
  log_.wait_for_append(5);
  std::thread stops([&] { importer_->stop(); });
  log_.allow(1'000'000);
  stops.join();
  EXPECT_EQ(importer_->get(id).value().state, "running");
  importer_.reset();
  open();
  Import import = wait(id);
  EXPECT_EQ(import.state, "done") << import.error;
  EXPECT_EQ(import.progress.rows, 200'200);
  EXPECT_EQ(import.progress.stored + import.progress.duplicates, 200'000);
  EXPECT_EQ(wait(second).progress.stored, 1);
}

TEST_F(Imports, ABusyLogIsAskedAgain) {
  log_.refuse({Code::kBusy, "too much is pending"}, 3);
  EXPECT_EQ(counts(run(Kind::kOrders, many_rows(50'000))),
            "50050 rows, 50000 stored, 0 duplicates, 50 rejected, 0 left out, 0 anonymous");
}

TEST_F(Imports, AFileThatIsGoneFails) {
  std::string path = write("order,date,amount\n1,2026-01-01,5\n");
  std::string id = add(Kind::kOrders, path);
  fs::remove(path);
  EXPECT_EQ(importer_->start(id, {}).error().code, Code::kNotFound);
}

// ---- the real shops

TEST_F(Imports, OnlineRetailGivesItsKnownFigures) {
  std::string id = add(Kind::kOrders, kOnlineRetail);
  Json check = importer_->check(id, pounds()).value();
  EXPECT_EQ(check["rows"], 541'909);
  EXPECT_EQ(check["good"], 541'909);
  EXPECT_EQ(check["orders"], 25'900);
  EXPECT_EQ(check["customers"], 4'372);
  EXPECT_EQ(check["anonymous"], 135'080);
  EXPECT_EQ(check["refund_rows"], 9'288);
  EXPECT_EQ(check["total_minor"], 974'774'793);
  EXPECT_EQ(check["first_at"], "2010-12-01T08:26:00.000Z");
  EXPECT_EQ(check["last_at"], "2011-12-09T12:50:00.000Z");

  EXPECT_EQ(counts(run(id, pounds())),
            "541909 rows, 541909 stored, 0 duplicates, 0 rejected, 0 left out, 135080 anonymous");
  int64_t openings = 0, lines = 0, refund_openings = 0;
  for (const auto& event : all()) {
    lines += event.name == people::kOrderLine;
    openings += event.name != people::kOrderLine;
    refund_openings += event.name == people::kOrderRefunded;
  }
  EXPECT_EQ(lines, 541'909);
  EXPECT_EQ(openings, 25'900);
  EXPECT_EQ(refund_openings, 3'836);
  EXPECT_EQ(counts(run(id, pounds())),
            "541909 rows, 0 stored, 541909 duplicates, 0 rejected, 0 left out, 135080 anonymous");
}

TEST_F(Imports, CdnowGivesItsKnownFigures) {
  std::string id = add(Kind::kOrders, kCdnowMaster);
  Json check = importer_->check(id, {}).value();
  EXPECT_EQ(check["rows"], 69'659);
  EXPECT_EQ(check["good"], 69'659);
  EXPECT_EQ(check["customers"], 23'570);
  EXPECT_EQ(check["orders"], 69'659);
  EXPECT_EQ(check["first_at"], "1997-01-01T00:00:00.000Z");
  EXPECT_EQ(run(id).progress.stored, 69'659);
  EXPECT_EQ(all().size(), 2 * 69'659u);

  Json sample = importer_->check(add(Kind::kOrders, kCdnowSample), {}).value();
  EXPECT_EQ(sample["good"], 6'919);
  EXPECT_EQ(sample["customers"], 2'357);
}

}  // namespace
}  // namespace perennial::collect
