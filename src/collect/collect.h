// What comes in: calls of the client libraries of Segment, RudderStack, PostHog and 神策 (Sensors
// Analytics), and files of customers, orders, events,
// contracts, products and consents.
//
// Segment: https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/ . A call
// is checked and stamped here, appended to the event log, and answered after the group commit. A
// bad event inside a good batch is put into quarantine with its reason and the batch is answered
// 200: clients drop or repeat a whole batch otherwise.
//
// Files: each row becomes an event whose message id is its row key, so that importing a file again,
// or resuming after a crash, changes nothing. A bad row is reported with line and reason and never
// stops the rest.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "access/access.h"
#include "base/base.h"
#include "events/events.h"
#include "http/http.h"
#include "store/store.h"

namespace perennial::collect {

// Limits, each tested at its value and one above.
inline constexpr size_t kMaxEventBytes = 32 * 1024;
inline constexpr size_t kMaxBatchBytes = 500 * 1024;
inline constexpr size_t kMaxNameBytes = 255;
inline constexpr size_t kMaxIdBytes = 255;
inline constexpr size_t kMaxProperties = 512;  // top-level members of properties or traits
inline constexpr int kMaxDepth = 16;
inline constexpr size_t kMaxQuarantineRows = 100'000;  // the oldest go first

// Timestamps outside [kEarliest, received + kLatestAhead] are refused: they come from broken
// clocks.
extern const Instant kEarliest;  // 1990-01-01
inline constexpr std::chrono::hours kLatestAhead{24};

struct Rejected {
  std::string reason;
  std::string where;  // field
  std::string body;   // the event as it came
  std::string form;   // what it is: "segment:track" … "segment:batch", "sensors", "posthog"
  std::optional<Instant> sent;  // by the sender's clock, where the request around it told
};
struct Decoded {
  std::vector<events::Event> events;
  std::vector<Rejected> rejected;
};

// Decodes one call ("track", "page", …) or, for "batch" and "import", a document with `batch`.
// Fails with kInvalid when the whole request cannot be read (not JSON, no object, no batch array).
// The write key inside the body, if any, goes to `write_key`. timestamp = received_at − (sentAt −
// timestamp) as Segment does; for "import" as given.
Result<Decoded> decode_segment(std::string_view call, std::string_view body,
                               std::string_view source, Instant received_at,
                               std::string* write_key);

// Routes /v1/track … /v1/import, /v1/projects/{write_key}/settings, /sa*, /batch, /e and what else
// the clients ask for (docs/sending-data.md), /v1/quarantine*, /v1/events/recent, /v1/schema*,
// /v1/sql, /v1/imports*.
class Importer;
void add_routes(http::Router& router, store::Database& database, events::Log& log,
                access::Settings& settings, access::Gate& gate, Importer& importer, Clock clock);

// Files.
// Rows of text: delimited text, or JSON with one object a line.

enum class Kind { kOrders, kCustomers, kEvents, kContracts, kProducts, kConsents };
std::optional<Kind> parse_kind(std::string_view word);

// How to read a file; the JSON form is ImportMapping of api/openapi.yaml.
struct Mapping {
  std::vector<std::pair<std::string, std::string>> columns;  // field → column title or "#3"
  std::string delimiter;  // "" = find out; "spaces" = runs of white space
  std::string encoding;   // "" = find out
  std::optional<bool> header;
  std::string zone;         // "" = the workspace's
  std::string date_format;  // "iso", "dmy", "mdy", "yyyymmdd"; "" = find out
  std::string currency;     // "" = the workspace's
  std::string refund_prefix;
  std::optional<Instant> until;
};
Result<Mapping> mapping_from_json(const Json& json);
Json to_json(const Mapping& mapping);
// "order_id=InvoiceNo,at=InvoiceDate,currency:GBP": the form of the command line's --map. Fails
// with kInvalid.
Result<Mapping> parse_mapping(std::string_view text);

struct Progress {
  int64_t bytes_done = 0, bytes_total = 0;
  int64_t rows = 0, stored = 0, duplicates = 0, rejected = 0, left_out = 0, anonymous = 0;
  double rows_per_second = 0;
  std::optional<double> seconds_left;
};
struct Import {
  std::string id, name, state, error;  // state: uploaded, running, cancelled, failed, done
  Kind kind = Kind::kOrders;
  Mapping mapping;
  Progress progress;
  Instant created_at;
  std::optional<Instant> finished_at;
};

// Imports in the background, one at a time, each resumed by itself after a restart. Thread-safe.
class Importer {
 public:
  // `directory` keeps uploaded files and reject lists. `settled` blocks until the stages have
  // passed a sequence number, so that "done" means visible; it returns false when the program
  // stops. `parquet_to_json_lines` writes a Parquet file as one JSON object a line; without it such
  // files are refused.
  using Convert = std::function<Result<void>(const std::string& from, const std::string& to)>;
  static Result<std::unique_ptr<Importer>> open(store::Database& database, events::Log& log,
                                                access::Settings& settings, Clock clock,
                                                std::string directory,
                                                std::function<bool(uint64_t seq)> settled,
                                                Convert parquet_to_json_lines = {});
  virtual ~Importer() = default;
  // Takes a file (moved into the directory if `take`, else read where it is) and proposes a
  // mapping.
  virtual Result<Import> add(Kind kind, std::string_view name, const std::string& path,
                             bool take) = 0;
  virtual Result<Json> describe(
      std::string_view id) = 0;  // Import of the contract: with sample and fields
  // Columns of the file of an import, as its header names them.
  virtual Result<std::vector<std::string>> titles(std::string_view id) = 0;
  virtual Result<Json> check(std::string_view id,
                             const Mapping& mapping) = 0;  // ImportCheck of the contract
  virtual Result<Import> start(std::string_view id, const Mapping& mapping) = 0;
  virtual Result<Import> cancel(std::string_view id) = 0;
  virtual Result<Import> get(std::string_view id) = 0;
  virtual Result<std::vector<Import>> list() = 0;
  virtual Result<void> remove(std::string_view id) = 0;
  virtual Result<std::string> rejects_path(std::string_view id) = 0;
  // Takes the rows of a person out of files that are kept here, lists of rejects and samples; the
  // person is told by `words` (people::ErasedPerson). {"rows", "rejects", "samples"}: how many,
  // also without `take`, when all stay. kBusy while an import runs.
  virtual Result<Json> forget(const std::vector<std::string>& words, bool take) = 0;
  virtual void stop() = 0;  // at a row border; resumed by the next open()
};

// Folders that are looked into now and then: each file of a kind is imported once, whatever it is
// called, and again when its content is another. Thread-safe.
class ImportFolders {
 public:
  // Folders lie in `inbox`, which is made if it is missing.
  static Result<std::unique_ptr<ImportFolders>> open(store::Database& database, Importer& importer,
                                                     Clock clock, std::string inbox);
  virtual ~ImportFolders() = default;
  // Starts an import for each new file that has not changed since the last look, so that a file
  // still being written is left alone. The number of imports started; a file that cannot be
  // imported keeps its reason and is not tried again until it changes.
  virtual Result<int> look() = 0;
  // /v1/import-folders*.
  virtual void add_routes(http::Router& router) = 0;
  // Looks every `interval` on a thread of its own, until destroyed.
  virtual void look_every(std::chrono::milliseconds interval) = 0;
};

// Whether an event, as JSON, names a person who is told in the same way: by a text that is long
// enough to tell somebody, or an identifier under a name for identifiers.
bool names_person(const std::vector<std::string>& words, std::string_view event);
// Takes the events of a person out of quarantine, told in the same way, or only counts them.
Result<int64_t> forget_in_quarantine(store::Database& database,
                                     const std::vector<std::string>& words, bool take);

// Products and other items, as `Item Set` and `Item Deleted` tell of them: the table `items`.
events::Stage items_stage();

std::span<const store::Migration> migrations();

}  // namespace perennial::collect
