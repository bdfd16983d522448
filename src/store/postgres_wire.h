// Values in PostgreSQL's binary format, both ways. Formats: the send and recv functions of the
// types, src/backend/utils/adt of PostgreSQL 15; all numbers are big-endian.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <libpq-fe.h>

#include "store/store.h"

namespace perennial::store {

// Numbers of built-in types, from pg_type.dat. They never change.
namespace oid {
inline constexpr Oid kUnknown = 0;  // the server finds the type
inline constexpr Oid kBool = 16, kBytea = 17, kName = 19, kInt8 = 20, kInt2 = 21, kInt4 = 23,
                     kText = 25;
inline constexpr Oid kJson = 114, kFloat4 = 700, kFloat8 = 701, kUnknownText = 705, kBpchar = 1042;
inline constexpr Oid kVarchar = 1043, kNumeric = 1700;
inline constexpr Oid kByteaArray = 1001, kTextArray = 1009, kInt8Array = 1016, kFloat8Array = 1022;
}  // namespace oid

// The type that carries a value; kUnknown for NULL.
Oid type_of(const Value& value);

// The parameters of one statement as libpq takes them.
class WireParameters {
 public:
  explicit WireParameters(std::span<const Value> values);
  WireParameters() = default;
  // One array of the values of `column` in `rows`. The column must hold a value that is not NULL.
  void add_array(std::span<const std::vector<Value>> rows, size_t column);

  int count() const { return static_cast<int>(types_.size()); }
  std::span<const Oid> types() const { return types_; }
  const Oid* type_pointer() const { return types_.data(); }
  // Valid until the next call of add_array.
  const char* const* values();
  const int* lengths();
  const int* formats();

 private:
  std::vector<Oid> types_;
  std::vector<std::string> encoded_;
  std::vector<bool> null_;
  std::vector<const char*> pointers_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
};

// A field of a binary answer. Booleans read as 0 or 1; a numeric without a fraction as an integer,
// any other as floating point. Fails with kInternal for a type outside the shared dialect and for
// an integer that 64 bits do not hold.
Result<Value> decode(const PGresult* result, int row, int column);

}  // namespace perennial::store
