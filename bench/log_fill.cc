// bench_log DIRECTORY FIRST EVENTS PEOPLE FROM TO: puts events into the event log of a server that
// is stopped, by one INSERT of the engine: a hundred million in minutes, where HTTP takes half an
// hour. Numbers of arrival from FIRST on; user-N of PEOPLE, those with small N more often; seconds
// of [FROM, TO). The same events for the same arguments. Says how long it took.
//
// Only benchmarks may do so: nothing of this passes the checks of collect/.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <unistd.h>

#include "events/chdb_library.h"

namespace {

using perennial::Result;
using perennial::events::ChdbEngine;

// Names and properties as bench/segments.py sends them: View 10, Search 4, Cart 3, Order 2 and
// Return 1 of 20.
std::string statement(const std::string& first, const std::string& events,
                      const std::string& people, const std::string& from, const std::string& to) {
  return "INSERT INTO events (seq, id, source, message_id, type, name, identity, user_id,"
         " anonymous_id, timestamp, received_at, properties, context)"
         " WITH cityHash64(number, 1) AS a, cityHash64(number, 2) AS b, cityHash64(number, 3) AS c,"
         " cityHash64(number, 4) AS d, b % 20 AS place, toString(toUInt32(" +
         people +
         " * pow(a / 18446744073709551616., 2))) AS user,"
         " fromUnixTimestamp64Milli(toInt64(" +
         from + " + c % (" + to + " - " + from +
         ")) * 1000, 'UTC') AS at"
         " SELECT " +
         first +
         " + number, bitShiftLeft(toUInt128(a), 64) + toUInt128(d), 'bench',"
         " concat('log-', toString(number)), 'track',"
         " multiIf(place < 10, 'View', place < 14, 'Search', place < 17, 'Cart', place < 19,"
         " 'Order', 'Return'),"
         " concat('u:user-', user), concat('user-', user), '', at, at,"
         " if(place IN (17, 18), concat('{\"revenue\":', toString(1 + d % 400), ',\"pay\":\"',"
         " if(d % 2 = 0, 'card', 'cash'), '\"}'), '{}'), '{}'"
         " FROM numbers(" +
         events + ")";
}

Result<void> fill(char** words) {
  const std::string library = TRY(perennial::events::find_chdb(""));
  ChdbEngine* engine = TRY(ChdbEngine::start(
      library, std::string(words[1]) + "/chdb",
      {"--background_pool_size=2", "--background_merges_mutations_concurrency_ratio=1"}));
  auto connection = TRY(engine->connect(
      {"--max_threads=2", "--max_insert_threads=1", "--min_insert_block_size_rows=4000000",
       "--min_insert_block_size_bytes=0", "--max_block_size=65536"}));
  TRY(connection->query(statement(words[2], words[3], words[4], words[5], words[6]), "TSV"));
  return {};
}

}  // namespace

int main(int count, char** words) {
  if (count != 7) {
    std::fputs("usage: bench_log DIRECTORY FIRST EVENTS PEOPLE FROM TO\n", stderr);
    return 2;
  }
  const auto begun = std::chrono::steady_clock::now();
  if (const auto went = fill(words); !went) {
    std::fprintf(stderr, "bench_log: %s\n", went.error().text().c_str());
    std::fflush(nullptr);
    ::_exit(1);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  std::printf("%.1f\n", took.count());
  std::fflush(nullptr);
  ::_exit(0);  // the engine's threads outlive what exit handlers would free
}
