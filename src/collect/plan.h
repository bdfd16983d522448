// How a file will be read: what the mapping leaves open is found out from the file.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "collect/collect.h"
#include "collect/csv_reader.h"
#include "collect/text_source.h"

namespace perennial::collect {

// Rows that a proposal looks at, at most.
inline constexpr size_t kRowsForTypes = 1'000;
inline constexpr size_t kRowsForDates = 100'000;
inline constexpr size_t kSampleRows = 20;  // shown beside the proposal

// As refund prefix: there is none, do not look for one.
inline constexpr std::string_view kNoRefundPrefix = "-";

struct FilePlan {
  Mapping mapping;                               // complete, but for what `notes` says
  std::vector<std::string> titles;               // of the columns; "#1", "#2", … without a header
  std::vector<std::vector<std::string>> sample;  // the first rows
  std::vector<std::string> notes;                // what is unsure, for a person

  // The place of a column given by title or as "#3".
  std::optional<size_t> find(std::string_view column) const;
};

// How the names of files end that were made of another: a row for each line or row of that one,
// under a header.
inline constexpr std::string_view kConvertedEnd = ".rows.csv";

// A file opened for reading rows, the header passed over.
struct OpenFile {
  std::unique_ptr<TextSource> source;
  std::unique_ptr<CsvReader> reader;
};
Result<OpenFile> open_rows(const std::string& path, const Mapping& mapping);

// Fills what `given` leaves open. Without columns in `given` they are proposed from titles and
// data; otherwise they are taken as they are.
Result<FilePlan> plan_file(Kind kind, const std::string& path, const Mapping& given);

// Fails with kInvalid when a needed field has no column, a column is not in the file, or dates are
// ambiguous.
Result<void> check_plan(Kind kind, const FilePlan& plan);

// The columns of `rows` under `titles` that give the fields of `kind`.
std::vector<std::pair<std::string, std::string>> propose_columns(
    Kind kind, std::span<const std::string> titles, bool header,
    std::span<const std::vector<std::string>> rows);

}  // namespace perennial::collect
