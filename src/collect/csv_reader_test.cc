#include "collect/csv_reader.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unicode/ucnv.h>
#include <zlib.h>

#include "collect/dates.h"
#include "collect/key_counts.h"
#include "collect/text_source.h"

namespace perennial::collect {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Read {
  std::vector<std::vector<std::string>> rows;  // of good rows
  std::vector<std::string> faults;             // "line: fault"
  std::vector<int64_t> lines;                  // of all rows
};

// Gives at most `piece` bytes at a time.
CsvReader::Read feed(const std::string& text, size_t piece) {
  return [&text, piece, given = size_t{0}](char* out, size_t capacity) mutable -> Result<size_t> {
    size_t count = std::min({capacity, piece, text.size() - given});
    std::memcpy(out, text.data() + given, count);
    given += count;
    return count;
  };
}

Read read(const std::string& text, std::string_view delimiter = ",", size_t piece = 1 << 20) {
  CsvReader reader(feed(text, piece), delimiter);
  Read out;
  CsvRow row;
  while (reader.next(row).value()) {
    out.lines.push_back(row.line);
    if (row.fault != nullptr) {
      out.faults.push_back(std::to_string(row.line) + ": " + row.fault);
    } else {
      out.rows.emplace_back(row.fields.begin(), row.fields.end());
    }
  }
  return out;
}

using Rows = std::vector<std::vector<std::string>>;

TEST(CsvReader, ReadsRows) {
  EXPECT_EQ(read("a,b\n1,2\n").rows, (Rows{{"a", "b"}, {"1", "2"}}));
  EXPECT_EQ(read("a,b\r\n1,2\r\n").rows, (Rows{{"a", "b"}, {"1", "2"}}));
  EXPECT_EQ(read("a,b\r1,2\r").rows, (Rows{{"a", "b"}, {"1", "2"}}));
  EXPECT_EQ(read("a,b\n1,2").rows, (Rows{{"a", "b"}, {"1", "2"}}));
  EXPECT_EQ(read(",\n,,\n").rows, (Rows{{"", ""}, {"", "", ""}}));
  EXPECT_EQ(read("\n\r\n\na\n\n").rows, (Rows{{"a"}}));
  EXPECT_EQ(read("a,").rows, (Rows{{"a", ""}}));
  EXPECT_EQ(read("").rows, Rows{});
  EXPECT_EQ(read("a;b", ";").rows, (Rows{{"a", "b"}}));
  EXPECT_EQ(read("a\tb c", "\t").rows, (Rows{{"a", "b c"}}));
}

TEST(CsvReader, ReadsQuotes) {
  EXPECT_EQ(read("\"a,b\",\"c\"\"d\",\"\"\n").rows, (Rows{{"a,b", "c\"d", ""}}));
  EXPECT_EQ(read("\"two\r\nlines\",x\ny,z\n").rows, (Rows{{"two\r\nlines", "x"}, {"y", "z"}}));
  EXPECT_EQ(read("5\" pipe,x").rows, (Rows{{"5\" pipe", "x"}}));
  EXPECT_EQ(read("\"a\"").rows, (Rows{{"a"}}));
  EXPECT_THAT(read("\"a\nb\nc\",1\nx,y\n").lines, ElementsAre(1, 4));
}

TEST(CsvReader, ReadsRunsOfBlanks) {
  EXPECT_EQ(read(" 00001 19970101  1   11.77\r\n\n 2\t3 \n", "spaces").rows,
            (Rows{{"00001", "19970101", "1", "11.77"}, {"2", "3"}}));
  EXPECT_EQ(read("  \n a \"b", "spaces").rows, (Rows{{"a", "\"b"}}));
}

TEST(CsvReader, ReportsWhatIsWrongAndGoesOn) {
  Read text = read("a,b\n\"x\"y,1\nc,d\n");
  EXPECT_THAT(text.faults, ElementsAre("2: has text behind a closing quote"));
  EXPECT_EQ(text.rows, (Rows{{"a", "b"}, {"c", "d"}}));
  text = read("a,b\nc,\"d\ne,f\ng,h\n");
  EXPECT_THAT(text.faults, ElementsAre("2: has a quote that is never closed"));
  EXPECT_EQ(text.rows, (Rows{{"a", "b"}, {"e", "f"}, {"g", "h"}}));
  text = read(std::string("a\nb\0c\n\xFF\nd\n", 10));
  EXPECT_THAT(text.faults, ElementsAre("2: is not well-formed UTF-8, or holds a NUL",
                                       "3: is not well-formed UTF-8, or holds a NUL"));
  EXPECT_EQ(text.rows, (Rows{{"a"}, {"d"}}));
}

TEST(CsvReader, LimitOfQuotedFields) {
  std::string longest(kMaxQuotedBytes - 1, 'x');
  EXPECT_EQ(read("\"" + longest + "\",1\na,b\n").rows.size(), 2u);
  Read text = read("\"" + longest + "x\",1\na,b\n");
  EXPECT_THAT(text.faults, ElementsAre("1: has a quote that is never closed"));
  EXPECT_EQ(text.rows, (Rows{{"a", "b"}}));
}

TEST(CsvReader, LimitOfRows) {
  std::string ten_megabytes(10 * 1024 * 1024, 'x');
  EXPECT_EQ(read("a\n" + ten_megabytes + ",y\nb\n").rows.size(), 3u);
  Read text = read("a\n" + std::string(2 * kMaxRowBytes + 5, 'x') + "\nb\nc");
  EXPECT_THAT(text.faults, ElementsAre("2: is longer than 16 MB"));
  EXPECT_EQ(text.rows, (Rows{{"a"}, {"b"}, {"c"}}));
  EXPECT_THAT(text.lines, ElementsAre(1, 2, 3, 4));
}

TEST(CsvReader, LimitOfColumns) {
  EXPECT_EQ(read(std::string(kMaxColumns - 1, ',') + "\n").rows.size(), 1u);
  EXPECT_THAT(read(std::string(kMaxColumns, ',') + "\n").faults,
              ElementsAre("1: has more than 4096 columns"));
}

// The slow twin: one character at a time over the whole text, no limits.
Rows slow_rows(const std::string& text) {
  Rows rows;
  std::vector<std::string> row;
  std::string field;
  bool any = false;
  auto end_row = [&] {
    if (any) {
      row.push_back(field);
      rows.push_back(row);
    }
    row.clear();
    field.clear();
    any = false;
  };
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '\n' || c == '\r') {
      end_row();
    } else if (c == ',') {
      any = true;
      row.push_back(field);
      field.clear();
    } else if (c == '"' && field.empty() &&
               (i == 0 || text[i - 1] == ',' || text[i - 1] == '\n' || text[i - 1] == '\r')) {
      any = true;
      for (++i; i < text.size(); ++i) {
        if (text[i] != '"') {
          field += text[i];
        } else if (i + 1 < text.size() && text[i + 1] == '"') {
          field += text[++i];
        } else {
          break;
        }
      }
    } else {
      any = true;
      field += c;
    }
  }
  end_row();
  return rows;
}

TEST(CsvReader, AgreesWithASlowReaderOnRandomRows) {
  uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  auto pick = [&](uint64_t n) { return random() % n; };
  for (int round = 0; round < 1'000; ++round) {
    std::string text;
    for (uint64_t rows = pick(8); rows > 0; --rows) {
      for (uint64_t fields = 1 + pick(5); fields > 0; --fields) {
        std::string field;
        for (uint64_t i = pick(12); i > 0; --i) field += "ab中,\"\n\r x"[pick(11)];
        bool storable = is_storable_text(field);
        if (!storable) field = "é";
        if (pick(2) == 0 || field.find_first_of(",\"\r\n") != std::string::npos) {
          std::string quoted = "\"";
          for (char c : field) quoted += c == '"' ? "\"\"" : std::string(1, c);
          field = quoted + "\"";
        }
        text += field;
        if (fields > 1) text += ',';
      }
      text += std::array<const char*, 3>{"\n", "\r\n", "\r"}[pick(3)];
    }
    Read fast = read(text, ",", 1 + pick(7));
    ASSERT_EQ(fast.rows, slow_rows(text)) << text;
    ASSERT_TRUE(fast.faults.empty()) << text;
  }
}

TEST(CsvReader, SurvivesRandomBytes) {
  uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 500; ++round) {
    std::string text(random() % 300, '\0');
    for (char& c : text) {
      c = random() % 3 == 0 ? ",\"\n\r\t |;"[random() % 8] : static_cast<char>(random());
    }
    std::string_view delimiter = std::array<std::string_view, 3>{",", "\t", "spaces"}[round % 3];
    Read whole = read(text, delimiter);
    Read pieces = read(text, delimiter, 1 + random() % 5);
    ASSERT_EQ(whole.rows, pieces.rows);
    ASSERT_EQ(whole.faults, pieces.faults);
    ASSERT_EQ(whole.lines, pieces.lines);
    detect_delimiter(text);
    detect_encoding(text);
  }
}

TEST(CsvReader, FindsTheDelimiter) {
  EXPECT_EQ(detect_delimiter("a,b,c\n1,2,3\n4,5,6\n"), ",");
  EXPECT_EQ(detect_delimiter("a;b;c\n1,5;2;3\n4,5;6;7\n"), ";");
  EXPECT_EQ(detect_delimiter("a\tb\n1, 2\t3\n4\t5\n"), "\t");
  EXPECT_EQ(detect_delimiter("a|b\n1|2\n"), "|");
  EXPECT_EQ(detect_delimiter(" 00001 19970101  1   11.77\n 00002 19970112  1   12.00\n"), "spaces");
  EXPECT_EQ(detect_delimiter("name,note\nAnn,likes red wine\nBob,likes old cheese\n"), ",");
  EXPECT_EQ(detect_delimiter("one\ntwo\n"), ",");
  EXPECT_EQ(detect_delimiter("x,\"a;b;c\"\ny,\"d;e;f\"\n"), ",");
}

// ---- encodings

std::string encoded(const std::string& text, const char* encoding) {
  UErrorCode status = U_ZERO_ERROR;
  std::string out(text.size() * 4 + 16, '\0');
  int32_t length = ucnv_convert(encoding, "UTF-8", out.data(), static_cast<int32_t>(out.size()),
                                text.data(), static_cast<int32_t>(text.size()), &status);
  EXPECT_TRUE(U_SUCCESS(status));
  out.resize(static_cast<size_t>(length));
  return out;
}

class TextSources : public testing::Test {
 protected:
  void SetUp() override {
    path_ = (std::filesystem::temp_directory_path() / ("text-" + random_token(9))).string();
  }
  void TearDown() override { std::filesystem::remove(path_); }

  void write(const std::string& bytes) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes;
  }
  // The whole text as UTF-8, or "error: …".
  std::string read_all(const std::string& encoding = "", std::string* found = nullptr) {
    auto source = TextSource::open(path_, encoding);
    if (!source) return "error: " + source.error().message;
    if (found != nullptr) *found = (*source)->encoding();
    std::string out;
    std::string block(777, '\0');
    for (;;) {
      auto got = (*source)->read(block.data(), block.size());
      if (!got) return "error: " + got.error().message;
      if (*got == 0) return out;
      out.append(block, 0, *got);
    }
  }

  std::string path_;
};

const std::string kChinese =
    "订单编号,会员编号,下单时间,商品名称,实付金额\r\n"
    "A-1,会员一,2026-01-02 03:04:05,上等龙井茶叶礼盒,199.90\r\n"
    "A-2,会员二,2026-01-03 03:04:05,景德镇青花瓷茶杯,59.00\r\n";

TEST_F(TextSources, FindsAndConvertsEncodings) {
  std::string found;
  for (const char* encoding : {"GB18030", "UTF-16LE", "UTF-16BE", "UTF-8", "Big5"}) {
    // Big5 writes the traditional forms.
    std::string text = encoding == std::string("Big5")
                           ? "訂單編號,會員編號,商品名稱\r\n甲一,陳先生,上等龍井茶葉禮盒\r\n"
                             "甲二,林小姐,高山烏龍茶葉,這是一個測試的檔案\r\n"
                           : kChinese;
    write(encoded(text, encoding));
    EXPECT_EQ(read_all("", &found), text) << encoding;
    EXPECT_EQ(read_all(encoding), text) << encoding;
  }
  std::string western = "name,city\nJosé,Málaga\nZoë,Köln\nRenée,Orléans\n";
  write(encoded(western, "windows-1252"));
  EXPECT_EQ(read_all("", &found), western) << found;
}

TEST_F(TextSources, DropsByteOrderMarks) {
  for (const char* encoding : {"UTF-8", "UTF-16LE", "UTF-16BE"}) {
    write(encoded("\xEF\xBB\xBF" + kChinese, encoding));
    EXPECT_EQ(read_all(), kChinese) << encoding;
  }
}

TEST_F(TextSources, FindsTheEncodingBehindMuchAscii) {
  std::string text = "a,b\n";
  while (text.size() < 3 * 1024 * 1024) text += "plain,ascii\n";
  write(text + "王,五\n");
  EXPECT_EQ(read_all(), text + "王,五\n");
  std::string chinese;
  for (int i = 0; i < 20; ++i) chinese += kChinese;
  write(text + encoded(chinese, "GB18030"));
  EXPECT_EQ(read_all(), text + chinese);
}

TEST_F(TextSources, ADamagedLineDoesNotChangeTheEncoding) {
  std::string text;
  for (int i = 0; i < 20; ++i) text += "王五,上海\n";
  write(text + "\xFF\n");
  std::string found;
  EXPECT_EQ(read_all("", &found), text + "\xFF\n");
  EXPECT_EQ(found, "UTF-8");
}

TEST_F(TextSources, ReadsFilesThatEndInsideACharacter) {
  write(encoded("a中", "UTF-16LE").substr(0, 3));
  EXPECT_EQ(read_all("UTF-16LE"), "a\xEF\xBF\xBD");
  write("ok\n" + encoded("中", "GB18030").substr(0, 1));
  EXPECT_EQ(read_all("GB18030"), "ok\n\xEF\xBF\xBD");
}

TEST_F(TextSources, UnpacksGzip) {
  gzFile file = gzopen(path_.c_str(), "wb");
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += std::to_string(i * 7919) + ",x\n";
  gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
  gzclose(file);
  EXPECT_EQ(read_all(), text);
  auto size = std::filesystem::file_size(path_);
  std::filesystem::resize_file(path_, size / 2);
  EXPECT_THAT(read_all("UTF-8"), HasSubstr("error: the compressed data are damaged or cut"));
}

TEST_F(TextSources, SaysWhatIsWrong) {
  EXPECT_EQ(read_all(), "error: there is no such file");
  write("a\n");
  EXPECT_EQ(read_all("KLINGON-8"), "error: there is no encoding \"KLINGON-8\"");
  write("");
  EXPECT_EQ(read_all(), "");
}

// ---- dates

std::string date(std::string_view format, std::string_view text, std::string_view zone = "UTC") {
  auto time = DateReader(format, Zone::named(zone).value()).read(text);
  return time ? format_instant(*time) : "";
}

TEST(Dates, ReadsFormats) {
  EXPECT_EQ(date("iso", "2010-12-01 08:26:00"), "2010-12-01T08:26:00.000Z");
  EXPECT_EQ(date("iso", "2010-12-01T08:26:00.1234+08:00"), "2010-12-01T00:26:00.123Z");
  EXPECT_EQ(date("iso", "2010/2/1"), "2010-02-01T00:00:00.000Z");
  EXPECT_EQ(date("iso", "2010年12月1日 8:26"), "2010-12-01T08:26:00.000Z");
  EXPECT_EQ(date("iso", "2010-12-01 00:26:00Z", "Asia/Shanghai"), "2010-12-01T00:26:00.000Z");
  EXPECT_EQ(date("iso", "2010-12-01 08:26", "Asia/Shanghai"), "2010-12-01T00:26:00.000Z");
  EXPECT_EQ(date("dmy", "1/12/2010 8:26"), "2010-12-01T08:26:00.000Z");
  EXPECT_EQ(date("dmy", "01.12.10"), "2010-12-01T00:00:00.000Z");
  EXPECT_EQ(date("mdy", "12/1/2010 8:26 PM"), "2010-12-01T20:26:00.000Z");
  EXPECT_EQ(date("mdy", "12/1/99 12:00 am"), "1999-12-01T00:00:00.000Z");
  EXPECT_EQ(date("yyyymmdd", "19970101"), "1997-01-01T00:00:00.000Z");
  for (const char* bad : {"", "2010", "2010-13-01", "2010-02-29", "2010-12-01 24:00", "10-12-01",
                          "2010-12/01", "2010-12-01 08:26 oclock", "2010-12-01T", "x2010-12-01"}) {
    EXPECT_EQ(date("iso", bad), "") << bad;
  }
  EXPECT_EQ(date("dmy", "12/31/2010"), "");
  EXPECT_EQ(date("yyyymmdd", "19971301"), "");
}

TEST(Dates, FollowsTheZonesClockChanges) {
  uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  Zone zone = Zone::named("Europe/London").value();
  DateReader reader("iso", zone);
  for (int round = 0; round < 5'000; ++round) {
    // Half an hour steps around the last week of March 2011, in random order.
    int minutes = static_cast<int>(random() % (14 * 48)) * 30;
    Instant local = from_millis(1'300'579'200'000 + minutes * int64_t{60'000});
    std::string text = format_instant(local).substr(0, 19);
    ASSERT_EQ(reader.read(text), parse_instant(text, zone).value()) << text;
  }
}

TEST(Dates, GuessesFormats) {
  auto guess = [](std::vector<std::string_view> samples) {
    auto found = guess_date_format(samples);
    return found.ambiguous ? "ambiguous" : found.format;
  };
  EXPECT_EQ(guess({"2010-12-01 08:26:00", "2010-12-02"}), "iso");
  EXPECT_EQ(guess({"12/1/2010 8:26", "12/13/2010 9:00"}), "mdy");
  EXPECT_EQ(guess({"1/12/2010 8:26", "13/12/2010 9:00"}), "dmy");
  EXPECT_EQ(guess({"1/12/2010", "2/12/2010"}), "ambiguous");
  EXPECT_EQ(guess({"19970101", "19970118", ""}), "yyyymmdd");
  EXPECT_EQ(guess({"12345678", "87654321"}), "");
  EXPECT_EQ(guess({"apples", "pears"}), "");
  EXPECT_EQ(guess({}), "");
}

TEST(KeyCounts, CountsAndForgets) {
  KeyCounts counts(1'000);
  EXPECT_EQ(counts.add(7), 0u);
  EXPECT_EQ(counts.add(7), 1u);
  EXPECT_TRUE(counts.contains(7));
  for (uint64_t key = 1'000; key < 1'999; ++key) EXPECT_EQ(counts.add(key), 0u);
  EXPECT_EQ(counts.distinct(), 1'000u);
  EXPECT_EQ(counts.add(5'000), 0u);  // the second generation
  EXPECT_EQ(counts.add(7), 2u);
  EXPECT_EQ(counts.distinct(), 1'001u);
  for (uint64_t key = 10'000; key < 12'500; ++key) counts.add(key);
  EXPECT_FALSE(counts.contains(1'500));
}

}  // namespace
}  // namespace perennial::collect
