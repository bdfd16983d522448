// Recursive descent; each rule appends its steps after those of its operands:
//   sum = product { (+|-) product };  product = factor { (*|/) factor }
//   factor = number | name | "(" sum ")" | "-" factor
#include "timeline/formula.h"

#include <charconv>
#include <cmath>
#include <string>

namespace perennial::timeline {

class FormulaParser {
 public:
  FormulaParser(std::string_view text, size_t series) : text_(text), series_(series) {}

  Result<Formula> run() {
    TRY(sum(0));
    if (here() != '\0') {
      return wrong(here() == ')' ? "there is no parenthesis to close"
                                 : "expected + - * / or the end");
    }
    return std::move(out_);
  }

 private:
  using Op = Formula::Op;

  // The next character that is not a blank; 0 at the end.
  char here() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool take(char c) {
    if (here() != c) return false;
    ++at_;
    return true;
  }
  std::unexpected<Error> wrong(std::string_view what) const {
    size_t character = 1;
    for (char c : text_.substr(0, at_)) character += (static_cast<uint8_t>(c) & 0xC0) != 0x80;
    return fail(Code::kInvalid,
                "at character " + std::to_string(character) + ": " + std::string(what), "formula");
  }

  Result<void> sum(int depth) {
    TRY(product(depth));
    for (;;) {
      const Op op = here() == '+' ? Op::kAdd : Op::kSubtract;
      if (!take('+') && !take('-')) return {};
      TRY(product(depth));
      out_.steps_.push_back({.op = op});
    }
  }
  Result<void> product(int depth) {
    TRY(factor(depth));
    for (;;) {
      const Op op = here() == '*' ? Op::kMultiply : Op::kDivide;
      if (!take('*') && !take('/')) return {};
      TRY(factor(depth));
      out_.steps_.push_back({.op = op});
    }
  }
  Result<void> factor(int depth) {
    const char c = here();
    if (depth > kMaxFormulaDepth) {
      return wrong("more than " + std::to_string(kMaxFormulaDepth) + " parentheses deep");
    }
    if (take('-')) {
      TRY(factor(depth + 1));
      out_.steps_.push_back({.op = Op::kNegate});
      return {};
    }
    if (take('(')) {
      const size_t opened = at_;
      TRY(sum(depth + 1));
      if (take(')')) return {};
      if (here() != '\0') return wrong("expected + - * / or )");
      at_ = opened - 1;
      return wrong("this parenthesis is never closed");
    }
    if (c >= 'A' && c <= 'Z') return name(static_cast<size_t>(c - 'A'));
    if ((c >= '0' && c <= '9') || c == '.') return number();
    return wrong("expected a number, a series A to Z or (");
  }
  Result<void> name(size_t index) {
    if (index >= series_) {
      return wrong(std::string("there is no series ") + static_cast<char>('A' + index));
    }
    ++at_;
    out_.used_ |= uint32_t{1} << index;
    out_.steps_.push_back({.op = Op::kName, .name = static_cast<uint32_t>(index)});
    return {};
  }
  Result<void> number() {
    double number = 0;
    const char* begin = text_.data() + at_;
    const auto [end, error] =
        std::from_chars(begin, text_.data() + text_.size(), number, std::chars_format::fixed);
    if (error != std::errc{}) return wrong("this is not a number");
    at_ += static_cast<size_t>(end - begin);
    out_.steps_.push_back({.op = Op::kNumber, .number = number});
    return {};
  }

  std::string_view text_;
  size_t series_;
  size_t at_ = 0;
  Formula out_;
};

Result<Formula> Formula::parse(std::string_view text, size_t series) {
  if (text.size() > kMaxFormulaLength) {
    return fail(Code::kInvalid,
                "a formula has at most " + std::to_string(kMaxFormulaLength) + " characters",
                "formula");
  }
  return FormulaParser(text, std::min(series, kMaxFormulaNames)).run();
}

std::optional<double> Formula::value(std::span<const std::optional<double>> series) const {
  std::vector<double> stack;
  for (const Step& step : steps_) {
    if (step.op == Op::kNumber) {
      stack.push_back(step.number);
      continue;
    }
    if (step.op == Op::kName) {
      if (step.name >= series.size() || !series[step.name]) return std::nullopt;
      stack.push_back(*series[step.name]);
      continue;
    }
    if (step.op == Op::kNegate) {
      stack.back() = -stack.back();
      continue;
    }
    const double right = stack.back();
    stack.pop_back();
    double& left = stack.back();
    if (step.op == Op::kAdd) left += right;
    if (step.op == Op::kSubtract) left -= right;
    if (step.op == Op::kMultiply) left *= right;
    if (step.op == Op::kDivide) {
      if (right == 0) return std::nullopt;
      left /= right;
    }
  }
  if (stack.empty() || !std::isfinite(stack.back())) return std::nullopt;
  return stack.back();
}

std::vector<std::optional<double>> Formula::values(
    std::span<const std::vector<std::optional<double>>> series) const {
  std::vector<std::optional<double>> out(series.empty() ? 0 : series.front().size());
  std::vector<std::optional<double>> point(series.size());
  for (size_t i = 0; i < out.size(); ++i) {
    for (size_t s = 0; s < series.size(); ++s) point[s] = series[s][i];
    out[i] = value(point);
  }
  return out;
}

}  // namespace perennial::timeline
