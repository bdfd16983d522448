// Contracts, products and consents; JSON lines; saved mappings; watched folders.

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collect/import_mappings.h"
#include "collect/json_lines.h"
#include "collect/test_ground.h"

namespace perennial::collect {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

Instant now() { return parse_instant("2026-03-01T12:00:00Z").value(); }

class MoreImports : public TestGround {
 protected:
  void SetUp() override {
    TestGround::SetUp();
    directory_ = (fs::temp_directory_path() / ("imports-" + random_token(9))).string();
    fs::create_directories(directory_);
    importer_ =
        Importer::open(*database_, log_, *settings_, now, directory_ + "/own", [](uint64_t) {
          return true;
        }).value();
  }
  void TearDown() override {
    importer_.reset();
    fs::remove_all(directory_);
  }

  std::string write(const std::string& name, const std::string& text) {
    std::string path = directory_ + "/" + name;
    fs::create_directories(fs::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  Import wait(const std::string& id) {
    for (;;) {
      auto import = importer_->get(id);
      if (!import || import->state != "running") return import.value_or(Import{});
      std::this_thread::yield();
    }
  }
  Import run(Kind kind, const std::string& text, const std::string& name = "file") {
    auto added = importer_->add(kind, name, write(name, text), false);
    EXPECT_TRUE(added) << (added ? "" : added.error().text());
    if (!added) return {};
    auto started = importer_->start(added->id, added->mapping);
    EXPECT_TRUE(started) << (started ? "" : started.error().text());
    return wait(added->id);
  }
  std::string rejects(const std::string& id) {
    std::stringstream text;
    text << std::ifstream(importer_->rejects_path(id).value(), std::ios::binary).rdbuf();
    return text.str();
  }
  // "name user at properties" of all events, by arrival.
  std::vector<std::string> arrived() {
    std::vector<std::string> out;
    auto events = log_.read_arrivals(0, 1000).value();
    for (const auto& e : events) {
      out.push_back(e.name + " " + e.user_id + e.anonymous_id + " " + format_instant(e.timestamp) +
                    " " + e.properties);
    }
    return out;
  }

  std::string directory_;
  std::unique_ptr<Importer> importer_;
};

TEST_F(MoreImports, ContractsAreEventsOfTheirCustomers) {
  Import import = run(Kind::kContracts,
                      "合同编号,客户编号,开始日期,到期日期,合同金额,续约,经办人\n"
                      "C-1,u1,2026-01-01,2026-12-31,\"12,000.50\",自动,王伟\n"
                      "C-2,u2,2027-01-01,,,,\n"
                      "C-3,u3,2026-05-01,2026-04-01,1,,\n"
                      "C-4,,2026-01-01,,1,,\n"
                      ",u5,2026-01-01,,1,,\n"
                      "C-6,u6,soon,,1,,\n"
                      "C-7,u7,2026-01-01,,x,,\n");
  EXPECT_EQ(import.progress.stored, 2);
  EXPECT_EQ(import.progress.rejected, 5);
  EXPECT_THAT(
      arrived(),
      ElementsAre(
          "Contract Recorded u1 2026-01-01T00:00:00.000Z {\"contract_id\":\"C-1\","
          "\"start\":\"2026-01-01T00:00:00.000Z\",\"end\":\"2026-12-31T00:00:00.000Z\","
          "\"amount_minor\":1200050,\"currency\":\"CNY\",\"renewal\":\"自动\",\"经办人\":\"王伟\"}",
          "Contract Recorded u2 2026-03-01T12:00:00.000Z {\"contract_id\":\"C-2\","
          "\"start\":\"2027-01-01T00:00:00.000Z\"}"));
  std::string bad = rejects(import.id);
  EXPECT_THAT(bad, HasSubstr("4,到期日期,is before the start"));
  EXPECT_THAT(bad, HasSubstr("5,客户编号,names nobody"));
  EXPECT_THAT(bad, HasSubstr("6,合同编号,is empty"));
  EXPECT_THAT(bad, HasSubstr("7,开始日期,\"is no time in the format iso: \"\"soon\"\"\""));
  EXPECT_THAT(bad, HasSubstr("8,合同金额,"));
}

TEST_F(MoreImports, ProductsAreNobodys) {
  Import import = run(Kind::kProducts,
                      "sku,name,category,price,currency,Colour\n"
                      "p1,茶,drinks,12.5,CNY,green\n"
                      "p2,Cup,,3,EURO,\n"
                      ",Pot,,1,CNY,\n"
                      "p4,Free,,,,\n");
  EXPECT_EQ(import.progress.stored, 2);
  EXPECT_THAT(
      arrived(),
      ElementsAre("Item Set $item:product:p1 2026-03-01T12:00:00.000Z {\"item_type\":\"product\","
                  "\"item_id\":\"p1\",\"name\":\"茶\",\"category\":\"drinks\",\"price_minor\":1250,"
                  "\"currency\":\"CNY\",\"Colour\":\"green\"}",
                  "Item Set $item:product:p4 2026-03-01T12:00:00.000Z {\"item_type\":\"product\","
                  "\"item_id\":\"p4\",\"name\":\"Free\"}"));
}

TEST_F(MoreImports, ConsentsComeWithTheirEvidence) {
  Import import = run(Kind::kConsents,
                      "customer_id,channel,consent,topic,date,evidence\n"
                      "u1,E-mail,yes,news,2026-02-01,form 7\n"
                      "u1,sms,拒绝,,2026-02-02,call\n"
                      "u2,email,perhaps,,2026-02-02,\n"
                      "u2,,yes,,2026-02-02,\n");
  EXPECT_EQ(import.progress.rejected, 2);
  EXPECT_THAT(arrived(),
              ElementsAre("Subscribed u1 2026-02-01T00:00:00.000Z {\"channel\":\"email\","
                          "\"topic\":\"news\",\"evidence\":\"form 7\"}",
                          "Unsubscribed u1 2026-02-02T00:00:00.000Z {\"channel\":\"sms\","
                          "\"evidence\":\"call\"}"));
}

TEST_F(MoreImports, JsonLinesAreRowsToo) {
  Import import = run(Kind::kCustomers,
                      "{\"customer_id\":\"u1\",\"name\":\"李雷,\\n\\\"Li\\\"\",\"address\":"
                      "{\"city\":\"上海\"},\"tags\":[1,2]}\n"
                      "\n"
                      "{\"customer_id\":7,\"email\":\"a@b.c\",\"vip\":true}\r\n"
                      "{\"customer_id\":\n"
                      "[1]\n"
                      "{\"customer_id\":\"u3\",\"name\":null}");
  EXPECT_EQ(import.progress.stored, 3) << import.error;
  EXPECT_EQ(import.progress.rejected, 2);
  EXPECT_THAT(
      arrived(),
      ElementsAre(
          HasSubstr(" u1 2026-03-01T12:00:00.000Z {\"address.city\":\"上海\",\"tags\":\"[1,2]\","
                    "\"name\":\"李雷,\\n\\\"Li\\\"\"}"),
          HasSubstr(" 7 2026-03-01T12:00:00.000Z {\"vip\":\"true\",\"email\":\"a@b.c\"}"),
          HasSubstr(" u3 2026-03-01T12:00:00.000Z {}")));
  // Lines are those of the file that came.
  EXPECT_THAT(rejects(import.id), HasSubstr("\r\n4,"));
  EXPECT_THAT(rejects(import.id), HasSubstr("\r\n5,"));
  EXPECT_THAT(rejects(import.id), HasSubstr("no JSON object: [1]"));
  // The same file again changes nothing.
  EXPECT_EQ(run(Kind::kCustomers, "{\"customer_id\":\"u3\",\"name\":null}", "b").progress.stored,
            1);
  EXPECT_FALSE(importer_->add(Kind::kCustomers, "p", write("p", "PAR1…"), false));
}

TEST_F(MoreImports, SavedMappingsAreFoundByTheColumns) {
  const std::string first = write("a.csv", "wer,wann,was\nu1,2026-01-02,Bought\n");
  Import added = importer_->add(Kind::kEvents, "a.csv", first, false).value();
  Mapping mapping;
  mapping.columns = {{"user_id", "wer"}, {"at", "wann"}, {"name", "was"}};
  const auto titles = importer_->titles(added.id).value();
  auto save = [&](std::string_view name) {
    return database_->write([&](store::Connection& c) {
      return save_mapping(c, name, Kind::kEvents, titles, mapping, now());
    });
  };
  auto saved = save("  Till  ");
  ASSERT_TRUE(saved) << saved.error().text();
  EXPECT_EQ(saved->name, "Till");
  EXPECT_EQ(save("Till")->id, saved->id);
  EXPECT_FALSE(save(""));
  EXPECT_TRUE(save(std::string(kMaxMappingName, 'x')));
  EXPECT_FALSE(save(std::string(kMaxMappingName + 1, 'x')));

  Import next =
      importer_
          ->add(Kind::kEvents, "b", write("b.csv", "wer,wann,was\nu2,2026-01-03,Left\n"), false)
          .value();
  EXPECT_EQ(next.mapping.columns, mapping.columns);
  EXPECT_THAT(to_text(importer_->describe(next.id).value()["notes"]), HasSubstr("is used"));
  // Other columns, or the same of another kind, are another file.
  Import other =
      importer_->add(Kind::kCustomers, "c", write("c.csv", "wer,wann,was\nu,2026-01-03,L\n"), false)
          .value();
  EXPECT_NE(other.mapping.columns, mapping.columns);
  auto all = database_->read([](store::Connection& c) { return list_mappings(c); }).value();
  EXPECT_EQ(all.size(), 2u);
  for (const auto& one : all) {
    EXPECT_TRUE(database_->write([&](store::Connection& c) { return delete_mapping(c, one.id); }));
  }
  EXPECT_FALSE(database_->write([&](store::Connection& c) { return delete_mapping(c, "map_x"); }));
}

class WatchedFolders : public MoreImports {
 protected:
  void SetUp() override {
    MoreImports::SetUp();
    folders_ = ImportFolders::open(*database_, *importer_, now, directory_ + "/inbox").value();
    http::Router router;
    folders_->add_routes(router);
    server_ = http::Server::start(std::move(router), {.port = 0}).value();
  }
  Json ask(std::string_view method, std::string_view target, const Json& body, int status) {
    http::Client client("127.0.0.1", server_->port());
    auto answer = client.send(method, target, body.is_null() ? "" : to_text(body)).value();
    EXPECT_EQ(answer.status, status) << answer.body;
    return parse_json(answer.body).value_or(Json());
  }
  // A look finds a file as it was at the look before.
  int look_twice() {
    EXPECT_EQ(folders_->look().value(), 0);
    int started = folders_->look().value();
    auto all = importer_->list().value();
    for (const Import& import : all) wait(import.id);
    return started;
  }

  std::unique_ptr<ImportFolders> folders_;
  std::unique_ptr<http::Server> server_;
};

TEST_F(WatchedFolders, EachFileIsReadOnce) {
  Json folder = ask("POST", "/v1/import-folders", {{"folder", "crm"}, {"kind", "customers"}}, 201);
  EXPECT_TRUE(fs::is_directory(directory_ + "/inbox/crm"));
  write("inbox/crm/a.csv", "customer_id,name\nu1,Ann\n");
  write("inbox/crm/b.csv.part", "customer_id,name\nu9,No\n");
  EXPECT_EQ(look_twice(), 1);
  EXPECT_EQ(look_twice(), 0);
  // Renamed or copied it is the same; with one more row it is another.
  fs::rename(directory_ + "/inbox/crm/a.csv", directory_ + "/inbox/crm/z.csv");
  EXPECT_EQ(look_twice(), 0);
  write("inbox/crm/z.csv", "customer_id,name\nu1,Ann\nu2,Bob\n");
  EXPECT_EQ(look_twice(), 1);
  EXPECT_EQ(arrived().size(), 2u);
  // Another start of the program remembers.
  server_.reset();
  folders_ = ImportFolders::open(*database_, *importer_, now, directory_ + "/inbox").value();
  EXPECT_EQ(look_twice(), 0);
}

TEST_F(WatchedFolders, AFileThatIsStillWrittenIsLeftAlone) {
  ask("POST", "/v1/import-folders", {{"folder", "crm"}, {"kind", "customers"}}, 201);
  write("inbox/crm/a.csv", "customer_id,name\nu1,Ann\n");
  EXPECT_EQ(folders_->look().value(), 0);
  write("inbox/crm/a.csv", "customer_id,name\nu1,Ann\nu2,Bob\n");
  EXPECT_EQ(folders_->look().value(), 0);
  EXPECT_EQ(folders_->look().value(), 1);
}

TEST_F(WatchedFolders, SayWhatTheyCouldNotRead) {
  Json folder = ask("POST", "/v1/import-folders", {{"folder", "crm"}, {"kind", "contracts"}}, 201);
  write("inbox/crm/a.csv", "x,y\n1,2\n");
  EXPECT_EQ(look_twice(), 0);
  Json list = ask("GET", "/v1/import-folders", nullptr, 200);
  ASSERT_EQ(list["folders"].size(), 1u);
  EXPECT_THAT(to_text(list["folders"][0]["files"]), HasSubstr("a column must be chosen"));
  EXPECT_TRUE(importer_->list().value().empty());
  EXPECT_EQ(ask("POST", "/v1/import-folders/look", Json::object(), 200)["started"], 0);

  const Json same = {{"folder", "crm"}, {"kind", "orders"}};
  ask("POST", "/v1/import-folders", same, 409);
  for (const char* bad : {"", "..", "../x", "/etc", "a/b", ".hidden", "a\\b"}) {
    ask("POST", "/v1/import-folders", {{"folder", bad}, {"kind", "orders"}}, 400);
  }
  ask("POST", "/v1/import-folders", {{"folder", "x"}, {"kind", "nothing"}}, 400);
  ask("POST", "/v1/import-folders", {{"folder", "x"}, {"kind", "orders"}, {"mapping_id", "m"}},
      404);
  const std::string id = folder["id"];
  ask("DELETE", "/v1/import-folders/" + id, nullptr, 204);
  ask("DELETE", "/v1/import-folders/" + id, nullptr, 404);
}

}  // namespace
}  // namespace perennial::collect
