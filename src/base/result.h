// Errors are values. A function that can fail returns Result<T>; the caller either handles the
// error or passes it up with TRY, adding context where it helps the person who reads it.
//
//   Result<int64_t> parse_age(std::string_view text) {
//     int64_t age = TRY(parse_integer(text));
//     if (age > 150) return fail(Code::kInvalid, "an age is at most 150", "age");
//     return age;
//   }
#pragma once

#include <utility>

#include <expected>
#include <string>
#include <string_view>
#include <type_traits>

namespace perennial {

// The closed set of ways to fail. Each maps to one HTTP status and one exit code of the program.
enum class Code {
  kInvalid,          // the input is wrong; asking again without changing it is pointless (400)
  kUnauthenticated,  // nobody is known to be asking (401)
  kForbidden,        // the one who asks may not (403)
  kNotFound,         // (404)
  kConflict,         // the state does not allow it now, or it exists already (409)
  kTooLarge,         // over a named limit (413)
  kBusy,             // back-pressure: the same request may succeed later (503 with Retry-After)
  kTimeout,          // a time limit ended the work (504)
  kFull,             // no space left on the device (507)
  kInternal,         // a fault of the program or of what it stands on (500)
};

// The stable word for a code, as it appears in problem replies and in logs: "invalid", "busy", …
std::string_view code_name(Code code);

struct Error {
  Code code = Code::kInternal;
  std::string message;  // what was wrong, for a person; never holds personal data
  std::string where;    // field, file and line, or table; may be empty
  std::string hint;     // what to do about it; may be empty

  // "where: message (hint)" on one line.
  std::string text() const;
};

template <class T = void>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(Code code, std::string message,
                                                 std::string where = "", std::string hint = "") {
  return std::unexpected(Error{code, std::move(message), std::move(where), std::move(hint)});
}

// The same error with `context` put in front of its message: "context: message".
[[nodiscard]] std::unexpected<Error> fail_with(std::string_view context, Error error);

// Ends the program with a message: for a broken invariant or an impossible environment, in release
// builds too. Bad input never comes here.
[[noreturn]] void die(std::string_view what, std::string_view file, int line);

}  // namespace perennial

// Evaluates an expression of type Result<T>; yields the T, or returns the error from the enclosing
// function. (A GNU statement expression: not for use inside coroutines.)
#define TRY(expression)                                      \
  ({                                                         \
    auto try_result = (expression);                          \
    if (!try_result) [[unlikely]]                            \
      return std::unexpected(std::move(try_result).error()); \
    ::perennial::internal::take(std::move(try_result));      \
  })

// An assertion that stays in release builds.
#define INVARIANT(condition)                                                 \
  do {                                                                       \
    if (!(condition)) [[unlikely]]                                           \
      ::perennial::die("broken invariant: " #condition, __FILE__, __LINE__); \
  } while (false)

namespace perennial::internal {
template <class T>
T take(std::expected<T, Error>&& result) {
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}
}  // namespace perennial::internal
