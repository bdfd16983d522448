#include "collect/text_source.h"

#include <utility>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include <sys/stat.h>
#include <uchardet/uchardet.h>
#include <unicode/ucnv.h>
#include <zlib.h>

namespace perennial::collect {
namespace {

constexpr size_t kBlockBytes = 256 * 1024;
constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";

bool is_ascii(std::string_view text) {
  for (char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

// Valid but for a character that the end of the sample cuts.
bool is_utf8(std::string_view sample) {
  for (size_t cut = 0; cut < 4 && cut <= sample.size(); ++cut) {
    std::string_view text = sample.substr(0, sample.size() - cut);
    if (is_storable_text(text)) return true;
  }
  return false;
}

// A few damaged lines do not make UTF-8 another encoding.
bool is_mostly_utf8(std::string_view sample) {
  size_t good = 0;
  size_t bad = 0;
  while (!sample.empty()) {
    size_t end = std::min(sample.find('\n'), sample.size() - 1);
    std::string_view line = sample.substr(0, end + 1);
    sample.remove_prefix(end + 1);
    if (!is_ascii(line)) ++(is_storable_text(line) ? good : bad);
  }
  return good >= 9 * bad && good > 0;
}

// Western text in UTF-16 has a NUL in every other byte, Chinese text at least in its line ends and
// digits; text in other encodings has none.
std::string utf16_by_nuls(std::string_view sample) {
  size_t even = 0;
  size_t odd = 0;
  for (size_t i = 0; i < sample.size(); ++i) {
    if (sample[i] == '\0') ++(i % 2 == 0 ? even : odd);
  }
  size_t many = sample.size() / 50;
  if (odd > many && odd > 8 * even) return "UTF-16LE";
  if (even > many && even > 8 * odd) return "UTF-16BE";
  return "";
}

std::string by_statistics(std::string_view sample) {
  uchardet_t detector = uchardet_new();
  uchardet_handle_data(detector, sample.data(), sample.size());
  uchardet_data_end(detector);
  std::string name = uchardet_get_charset(detector);
  uchardet_delete(detector);
  // GB18030 contains the smaller Chinese sets, windows-1252 the western ones.
  if (name.starts_with("GB") || name == "HZ-GB-2312") return "GB18030";
  if (name.empty() || name == "ASCII" || name == "UTF-8" || name == "ISO-8859-1" ||
      name == "ISO-8859-15") {
    return "windows-1252";
  }
  return name;
}

struct GzClose {
  void operator()(gzFile file) const { gzclose(file); }
};
using GzFile = std::unique_ptr<gzFile_s, GzClose>;

Result<GzFile> open_file(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return fail(Code::kNotFound, "there is no such file", path);
  }
  GzFile file(gzopen(path.c_str(), "rb"));
  if (!file) return fail(Code::kForbidden, std::strerror(errno), path);
  gzbuffer(file.get(), kBlockBytes);
  return file;
}

Result<size_t> read_block(gzFile file, char* out, size_t capacity) {
  int got = gzread(file, out, static_cast<unsigned>(std::min<size_t>(capacity, 1 << 30)));
  int error = Z_OK;
  const char* message = gzerror(file, &error);
  if (got < 0 || (got == 0 && error == Z_BUF_ERROR)) {
    return fail(Code::kInvalid, std::string("the compressed data are damaged or cut: ") + message);
  }
  return static_cast<size_t>(got);
}

Result<std::string> find_encoding(const std::string& path) {
  GzFile file = TRY(open_file(path));
  std::string block(kBlockBytes, '\0');
  for (size_t passed = 0; passed < kMaxEncodingSearch;) {
    size_t filled = 0;
    while (filled < block.size()) {
      size_t got = TRY(read_block(file.get(), block.data() + filled, block.size() - filled));
      if (got == 0) break;
      filled += got;
    }
    std::string_view sample(block.data(), filled);
    bool first = passed == 0;
    passed += filled;
    bool last = filled < block.size();
    bool has_nul = sample.find('\0') != std::string_view::npos;
    if (last || !is_ascii(sample) || (first && has_nul)) {
      // A block cut out of the middle may start inside a character.
      for (size_t skip = 0; !first && skip < 4 && skip < sample.size(); ++skip) {
        if (is_utf8(sample.substr(skip))) return "UTF-8";
      }
      return detect_encoding(sample);
    }
  }
  return "UTF-8";
}

// A mark at the beginning says more than anybody who says it is something else.
bool has_utf8_mark(gzFile file) {
  std::array<char, kUtf8Mark.size()> first{};
  const auto got = read_block(file, first.data(), first.size());
  gzrewind(file);  // what is damaged shows when it is read
  return got && std::string_view(first.data(), *got) == kUtf8Mark;
}

struct ConverterClose {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, ConverterClose>;

class FileSource final : public TextSource {
 public:
  FileSource(GzFile file, std::string encoding, int64_t bytes_total)
      : file_(std::move(file)), encoding_(std::move(encoding)), bytes_total_(bytes_total) {}

  Result<void> prepare() {
    if (encoding_ == "UTF-8") return {};
    UErrorCode status = U_ZERO_ERROR;
    from_.reset(ucnv_open(encoding_.c_str(), &status));
    to_.reset(ucnv_open("UTF-8", &status));
    if (U_FAILURE(status)) {
      return fail(Code::kInvalid, "there is no encoding \"" + encoding_ + "\"", "encoding",
                  "use a name such as UTF-8, GB18030 or windows-1252");
    }
    in_.resize(kBlockBytes);
    pivot_.resize(kBlockBytes / 4);
    pivot_source_ = pivot_target_ = pivot_.data();
    return {};
  }

  Result<size_t> read(char* out, size_t capacity) override {
    size_t got = TRY(read_any(out, capacity));
    if (!started_ && got > 0) {
      started_ = true;
      // A mark is in the first block, unless the caller reads byte by byte.
      if (std::string_view(out, got).starts_with(kUtf8Mark)) {
        got -= kUtf8Mark.size();
        std::memmove(out, out + kUtf8Mark.size(), got);
        if (got == 0) return read(out, capacity);
      }
    }
    return got;
  }

  const std::string& encoding() const override { return encoding_; }
  int64_t bytes_done() const override { return gzoffset(file_.get()); }
  int64_t bytes_total() const override { return bytes_total_; }

 private:
  Result<size_t> read_any(char* out, size_t capacity) {
    return from_ ? convert(out, capacity) : read_block(file_.get(), out, capacity);
  }

  Result<size_t> convert(char* out, size_t capacity) {
    char* target = out;
    while (target == out && !finished_) {
      if (in_begin_ == in_end_ && !input_ended_) {
        in_begin_ = 0;
        in_end_ = TRY(read_block(file_.get(), in_.data(), in_.size()));
        input_ended_ = in_end_ == 0;
      }
      const char* source = in_.data() + in_begin_;
      UErrorCode status = U_ZERO_ERROR;
      ucnv_convertEx(to_.get(), from_.get(), &target, out + capacity, &source, in_.data() + in_end_,
                     pivot_.data(), &pivot_source_, &pivot_target_, pivot_.data() + pivot_.size(),
                     false, input_ended_, &status);
      in_begin_ = static_cast<size_t>(source - in_.data());
      if (U_FAILURE(status) && status != U_BUFFER_OVERFLOW_ERROR) {
        return fail(Code::kInvalid, "the text cannot be read as " + encoding_);
      }
      finished_ = input_ended_ && status != U_BUFFER_OVERFLOW_ERROR;
    }
    return static_cast<size_t>(target - out);
  }

  GzFile file_;
  std::string encoding_;
  int64_t bytes_total_;
  bool started_ = false;
  Converter from_, to_;
  std::vector<char> in_;
  size_t in_begin_ = 0, in_end_ = 0;
  bool input_ended_ = false;
  bool finished_ = false;
  std::vector<UChar> pivot_;
  UChar* pivot_source_ = nullptr;
  UChar* pivot_target_ = nullptr;
};

}  // namespace

std::string detect_encoding(std::string_view sample) {
  if (sample.starts_with(kUtf8Mark)) return "UTF-8";
  if (sample.starts_with("\xFF\xFE")) return "UTF-16LE";
  if (sample.starts_with("\xFE\xFF")) return "UTF-16BE";
  std::string wide = utf16_by_nuls(sample);
  if (!wide.empty()) return wide;
  if (is_ascii(sample) || is_utf8(sample) || is_mostly_utf8(sample)) return "UTF-8";
  return by_statistics(sample);
}

Result<std::unique_ptr<TextSource>> TextSource::open(const std::string& path,
                                                     const std::string& encoding) {
  std::string name = encoding.empty() ? TRY(find_encoding(path)) : encoding;
  if (name == "utf-8" || name == "utf8" || name == "UTF8") name = "UTF-8";
  GzFile file = TRY(open_file(path));
  if (name != "UTF-8" && has_utf8_mark(file.get())) name = "UTF-8";
  struct stat info{};
  stat(path.c_str(), &info);
  auto source = std::make_unique<FileSource>(std::move(file), std::move(name), info.st_size);
  TRY(source->prepare());
  return source;
}

}  // namespace perennial::collect
