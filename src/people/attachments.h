// Files that people of the console attach to a customer. Their bytes are kept in the state
// database, which is in the data directory and is what every node of a larger installation shares:
// a file and its row are one transaction, in a backup as in an erasure.
#pragma once

#include "people/notes.h"
#include "people/people.h"

namespace perennial::people {

inline constexpr size_t kMaxFileBytes = 10u << 20;
inline constexpr size_t kMaxFilesOfPerson = 50;
inline constexpr size_t kMaxFileName = 200;  // bytes

// The type under which a file is given back: what was sent if it is one that no browser runs, else
// application/octet-stream. Every file is a download, whatever its type.
std::string_view safe_type(std::string_view sent);
// "attachment" with the name for old and new clients (RFC 6266, RFC 8187).
std::string disposition(std::string_view name);

struct FileParts {
  store::Database& database;
  Clock clock;
};
void add_file_routes(http::Router& router, const FileParts& parts);

}  // namespace perennial::people
