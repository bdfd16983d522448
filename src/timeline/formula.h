// Arithmetic over series: "A / B", "(A - B) / A * 100". The series of a question are named A to Z
// in their order; numbers are written 12 or 0.5; + - * / and parentheses as in school, left to
// right.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/base.h"

namespace perennial::timeline {

inline constexpr size_t kMaxFormulaLength = 1'000;  // bytes
inline constexpr int kMaxFormulaDepth = 50;         // parentheses and signs inside each other
inline constexpr size_t kMaxFormulaNames = 26;

class Formula {
 public:
  // `series` is how many there are: 3 allows A, B and C. Fails with kInvalid, `where` = "formula";
  // the message says at which character (from 1).
  static Result<Formula> parse(std::string_view text, size_t series);

  // The value at one point; series[0] is A. Nothing when a series that it names has no value there,
  // when it divides by zero, or when the result is beyond what a double holds.
  std::optional<double> value(std::span<const std::optional<double>> series) const;
  // Point by point; the lists are equally long.
  std::vector<std::optional<double>> values(
      std::span<const std::vector<std::optional<double>>> series) const;
  bool uses(size_t series) const { return (used_ >> series & 1) != 0; }

 private:
  friend class FormulaParser;
  enum class Op : uint8_t { kNumber, kName, kAdd, kSubtract, kMultiply, kDivide, kNegate };
  struct Step {
    Op op = Op::kNumber;
    uint32_t name = 0;
    double number = 0;
  };
  std::vector<Step> steps_;  // operands first, then what to do with them
  uint32_t used_ = 0;
};

}  // namespace perennial::timeline
