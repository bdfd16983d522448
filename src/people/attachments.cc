#include "people/attachments.h"

#include <algorithm>
#include <cstring>
#include <fstream>

#include "people/desk.h"

namespace perennial::people {
namespace {

using http::Request;
using http::Response;
using store::Row;

constexpr std::string_view kOctets = "application/octet-stream";
constexpr std::string_view kSafeTypes[] = {
    "application/pdf",
    "application/zip",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "audio/mpeg",
    "audio/wav",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/webp",
    "text/csv",
    "text/plain",
    "video/mp4"};

constexpr std::string_view kSelectFiles =
    "SELECT f.id, f.name, f.type, f.bytes, f.author, f.at_ms FROM customer_files f"
    " JOIN identities i ON i.kind = f.kind AND i.value = f.value WHERE i.person = $1 ";

Json file_json(const Row& row) {
  return {{"id", row.text(0)},           {"name", row.text(1)},
          {"content_type", row.text(2)}, {"bytes", row.integer(3)},
          {"author", row.text(4)},       {"at", format_instant(from_millis(row.integer(5)))}};
}

// A name without a path, as it may stand on any disk.
Result<std::string> read_name(std::string_view sent) {
  const size_t slash = sent.find_last_of("/\\");
  std::string name(trim(slash == sent.npos ? sent : sent.substr(slash + 1)));
  const bool control = std::ranges::any_of(name, [](unsigned char c) { return c < ' '; });
  if (name.empty() || name == "." || name == ".." || name.size() > kMaxFileName || control ||
      !is_storable_text(name)) {
    return fail(Code::kInvalid, "expected the file's name, of at most 200 bytes", "name");
  }
  return name;
}

Result<store::Bytes> read_bytes(const Request& request) {
  std::ifstream in(request.body_file, std::ios::binary | std::ios::ate);
  if (!in) return fail(Code::kInternal, "the file that came cannot be read", "body");
  const auto size = static_cast<size_t>(in.tellg());
  if (size == 0) return fail(Code::kInvalid, "the file is empty", "body");
  if (size > kMaxFileBytes) return fail(Code::kTooLarge, "is larger than 10 MB", "body");
  store::Bytes bytes(size);
  in.seekg(0);
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (!in) return fail(Code::kInternal, "the file that came cannot be read", "body");
  return bytes;
}

class Files {
 public:
  explicit Files(FileParts parts) : parts_(std::move(parts)) {}

  Result<Response> list(const Request& request) {
    const Person person = TRY(found(request));
    Json out{{"files", Json::array()}};
    TRY(parts_.database.write([&](store::Connection& c) -> Result<void> {
      out["files"] = Json::array();
      for (const Row& row :
           TRY(c.query(std::string(kSelectFiles) + "ORDER BY f.at_ms DESC, f.id", {person.id}))) {
        out["files"].push_back(file_json(row));
      }
      return audit(c, request, "customers.view", person.id, Json{{"part", "files"}});
    }));
    return http::json(200, out);
  }

  Result<Response> add(const Request& request) {
    const std::string name = TRY(read_name(request.query_or("name", "")));
    const std::string type(safe_type(request.header("content-type")));
    const store::Bytes bytes = TRY(read_bytes(request));
    const Person person = TRY(found(request));
    const std::string id = new_id("file");
    return parts_.database.write([&](store::Connection& c) -> Result<Response> {
      const auto there = TRY(c.query(kSelectFiles, {person.id}));
      if (there.size() >= kMaxFilesOfPerson) {
        return fail(Code::kTooLarge, "this customer has 50 files", "", "delete some first");
      }
      const Side side = TRY(side_of(c, person.id));
      const Instant now = parts_.clock();
      TRY(
          c.execute("INSERT INTO customer_files (id, kind, value, name, type, bytes, author, at_ms)"
                    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                    {id, static_cast<int64_t>(side.kind), side.value, name, type,
                     static_cast<int64_t>(bytes.size()), request.principal.name, to_millis(now)}));
      TRY(c.execute("INSERT INTO customer_file_bytes (file, bytes) VALUES ($1, $2)", {id, bytes}));
      TRY(audit(c, request, "customers.file_add", person.id, Json{{"file", id}}));
      return http::json(201, Json{{"id", id},
                                  {"name", name},
                                  {"content_type", type},
                                  {"bytes", bytes.size()},
                                  {"author", request.principal.name},
                                  {"at", format_instant(now)}});
    });
  }

  Result<Response> read(const Request& request) {
    const Person person = TRY(found(request));
    return parts_.database.write([&](store::Connection& c) -> Result<Response> {
      const Row file = TRY(one(c, person.id, request));
      const auto row =
          TRY(c.query_one("SELECT bytes FROM customer_file_bytes WHERE file = $1", {file.text(0)}));
      INVARIANT(row.has_value());
      TRY(audit(c, request, "customers.file_read", person.id, Json{{"file", file.text(0)}}));
      const store::Bytes& bytes = row->bytes(0);
      Response response =
          http::text(200, std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()),
                     file.text(2));
      response.headers = {{"Content-Disposition", disposition(file.text(1))},
                          {"Content-Security-Policy", "default-src 'none'; sandbox"},
                          {"X-Content-Type-Options", "nosniff"},
                          {"Cache-Control", "no-store"}};
      return response;
    });
  }

  Result<Response> remove(const Request& request) {
    const Person person = TRY(found(request));
    return parts_.database.write([&](store::Connection& c) -> Result<Response> {
      const Row file = TRY(one(c, person.id, request));
      TRY(c.execute("DELETE FROM customer_file_bytes WHERE file = $1", {file.text(0)}));
      TRY(c.execute("DELETE FROM customer_files WHERE id = $1", {file.text(0)}));
      TRY(audit(c, request, "customers.file_delete", person.id, Json{{"file", file.text(0)}}));
      return Response{.status = 204};
    });
  }

 private:
  Result<Person> found(const Request& request) {
    return parts_.database.read([&](store::Connection& c) { return asked_person(c, request); });
  }
  static Result<Row> one(store::Connection& c, PersonId person, const Request& request) {
    const auto row = TRY(c.query_one(std::string(kSelectFiles) + "AND f.id = $2",
                                     {person, request.params.at("file_id")}));
    if (!row) return fail(Code::kNotFound, "this customer has no such file", "file_id");
    return *row;
  }
  Result<void> audit(store::Connection& c, const Request& request, std::string_view action,
                     PersonId person, const Json& detail) {
    return access::record(c, request.principal, action, "customer:" + std::to_string(person),
                          detail, parts_.clock());
  }

  FileParts parts_;
};

}  // namespace

std::string_view safe_type(std::string_view sent) {
  sent = trim(sent.substr(0, sent.find(';')));
  const auto found = std::ranges::find(kSafeTypes, sent);
  return found == std::end(kSafeTypes) ? kOctets : *found;
}

std::string disposition(std::string_view name) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string plain, coded;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                        (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_';
    plain += letter || c == ' ' ? c : '_';
    if (letter) {
      coded += c;
    } else {
      coded += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + coded;
}

void add_file_routes(http::Router& router, const FileParts& parts) {
  auto files = std::make_shared<Files>(parts);
  const auto add = [&](http::Route route, Result<Response> (Files::*handler)(const Request&)) {
    router.add(std::move(route), [files, handler](const Request& r) {
      auto answer = ((*files).*handler)(r);
      return answer ? std::move(*answer) : http::problem(answer.error());
    });
  };
  const std::string all = "/v1/customers/{person_id}/files", one = all + "/{file_id}";
  add({.method = "GET", .path = all, .right = "customers.read"}, &Files::list);
  add({.method = "POST",
       .path = all,
       .right = "customers.write",
       .max_body = kMaxFileBytes,
       .body = http::Body::kFile},
      &Files::add);
  add({.method = "GET", .path = one, .right = "customers.read"}, &Files::read);
  add({.method = "DELETE", .path = one, .right = "customers.write"}, &Files::remove);
}

}  // namespace perennial::people
