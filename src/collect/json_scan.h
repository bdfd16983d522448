// A strict, one-pass reader of JSON text (RFC 8259) for what clients send. It checks every byte it
// passes, also of the parts that nobody asked for, and copies values without white space.
//
// Two kinds of wrong are told apart. Text that is not JSON ends the scan: no later byte can be
// trusted. Text that is JSON but cannot be stored (a number out of range, a NUL, a key twice, too
// deep) is a fault of that value alone; the scan goes on behind it, so that one bad event does not
// take its batch along.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace perennial::collect {

class JsonScanner {
 public:
  // `text` must be well-formed UTF-8 and outlive the scanner.
  explicit JsonScanner(std::string_view text)
      : begin_(text.data()), at_(text.data()), end_(text.data() + text.size()) {}

  // The next byte that is not white space, without taking it; 0 at the end.
  char peek();
  // Takes `c` if it comes next.
  bool take(char c);
  // A member's key and its colon. False when the text is not JSON here.
  bool key(std::string_view& name);
  // One value, checked. Its text goes to `raw` as it came. False when the text is not JSON.
  bool skip(std::string_view& raw);
  // The same, and the value without white space is appended to `out`.
  bool copy(std::string_view& raw, std::string& out);

  // What is wrong with the values read since clear_fault(); null if they can be stored.
  const char* fault() const { return fault_; }
  void clear_fault() { fault_ = nullptr; }
  // Members of the value read last, if it was an object.
  size_t members() const { return members_; }
  size_t position() const { return static_cast<size_t>(at_ - begin_); }
  const char* here() const { return at_; }

 private:
  struct Level {
    bool object;
    size_t first_key;
  };

  bool value(std::string_view& raw);
  bool member_key();
  bool scalar();
  bool string_token(bool& escaped);
  bool escape();
  bool unicode_escape();
  bool number();
  void check_number(std::string_view token, bool integer);
  bool word(std::string_view expected);
  void open(bool object);
  void close();
  bool has_duplicate(size_t first_key);
  void skip_space();
  void flush();
  void set_fault(const char* what) {
    if (fault_ == nullptr) fault_ = what;
  }

  const char* begin_;
  const char* at_;
  const char* end_;
  const char* run_ = nullptr;   // start of text not yet copied to out_
  std::string* out_ = nullptr;  // null while skipping
  const char* fault_ = nullptr;
  size_t members_ = 0;
  std::vector<Level> levels_;
  std::vector<std::string_view> keys_;
  std::deque<std::string> decoded_keys_;  // a deque: keys_ points into it
};

// The text of a JSON string token (with its quotes), escapes resolved. Lone surrogates become
// U+FFFD. The token must have passed the scanner.
std::string decode_json_string(std::string_view token);

}  // namespace perennial::collect
