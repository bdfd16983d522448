// The CDNOW customers for tests: data/cdnow, see data/README.md.
#pragma once

#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "value/opportunities.h"
#include "value/purchases.h"
#include "value/spend.h"

namespace perennial::value {

inline std::string cdnow_file(std::string_view name) {
  return std::string(PERENNIAL_SOURCE_DIR) + "/data/cdnow/" + std::string(name);
}

// The rows of a CSV file of numbers after its header.
inline std::vector<std::vector<double>> numbers_of(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  std::vector<std::vector<double>> rows;
  while (std::getline(file, line)) {
    std::stringstream cells(line);
    std::string cell;
    rows.emplace_back();
    while (std::getline(cells, cell, ',')) rows.back().push_back(std::stod(cell));
  }
  return rows;
}

// 2,357 customers in weeks, calibration to 1997-09-30, purchases of one day as one.
inline std::vector<History> cdnow_histories() {
  std::vector<History> histories;
  for (const auto& row : numbers_of(cdnow_file("cdnow_customers_summary.csv")))
    histories.push_back({.repeats = row.at(1), .last = row.at(2), .seen = row.at(3)});
  return histories;
}

inline std::vector<Opportunities> donations() {
  std::vector<Opportunities> rows;
  for (const auto& row : numbers_of(cdnow_file("donations.csv")))
    rows.push_back({.taken = row.at(0), .last = row.at(1), .of = row.at(2), .weight = row.at(3)});
  return rows;
}

// Mean amounts of repeat purchases to 1997-09-30, of those who have one above 0; rounded to the
// cent, halves upwards, as in the published spreadsheet.
inline std::vector<Spend> cdnow_spend() {
  std::map<int, std::map<int, int64_t>> days;  // customer, day, cents
  std::ifstream file(cdnow_file("CDNOW_sample.txt"));
  int master = 0, customer = 0, day = 0, discs = 0;
  double dollars = 0;
  while (file >> master >> customer >> day >> discs >> dollars) {
    if (day <= 19970930) days[customer][day] += std::llround(100 * dollars);
  }
  std::vector<Spend> spend;
  for (const auto& [who, amounts] : days) {
    int64_t sum = 0;
    for (auto it = std::next(amounts.begin()); it != amounts.end(); ++it) sum += it->second;
    const auto repeats = static_cast<int64_t>(amounts.size()) - 1;
    if (sum > 0)
      spend.push_back({.purchases = static_cast<double>(repeats),
                       .mean = static_cast<double>((2 * sum + repeats) / (2 * repeats)) / 100});
  }
  return spend;
}

}  // namespace perennial::value
