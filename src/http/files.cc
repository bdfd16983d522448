#include "http/files.h"

#include <filesystem>

#include "http/ascii.h"
#include "http/reply.h"

namespace perennial::http {
namespace {

namespace fs = std::filesystem;

constexpr size_t kHashLetters = 8;

struct Mime {
  std::string_view extension;
  std::string_view type;
};
constexpr Mime kMimes[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json; charset=utf-8"},
    {".map", "application/json; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".gif", "image/gif"},
    {".webp", "image/webp"},
    {".avif", "image/avif"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".woff", "font/woff"},
    {".ttf", "font/ttf"},
    {".wasm", "application/wasm"},
    {".txt", "text/plain; charset=utf-8"},
    {".csv", "text/csv; charset=utf-8"},
    {".xml", "application/xml; charset=utf-8"},
    {".pdf", "application/pdf"},
    {".webmanifest", "application/manifest+json"},
    {".yaml", "application/yaml; charset=utf-8"},
};

const Mime* find_mime(std::string_view file_name) {
  size_t dot = file_name.rfind('.');
  if (dot == file_name.npos) return nullptr;
  std::string extension = lower_case(file_name.substr(dot));
  for (const Mime& mime : kMimes) {
    if (mime.extension == extension) return &mime;
  }
  return nullptr;
}

// Hidden files, the way up, and names that cannot come from an honest link.
bool is_plain_name(const std::string& part) {
  return !part.starts_with('.') && part.find_first_of(std::string_view("/\\\0", 3)) == part.npos;
}

bool is_inside(const fs::path& root, const fs::path& path) {
  auto [end, ignored] = std::mismatch(root.begin(), root.end(), path.begin(), path.end());
  return end == root.end();
}

// The real path of a regular file inside `root`, or nothing.
std::optional<fs::path> resolve(const fs::path& root, const fs::path& path) {
  std::error_code ec;
  fs::path real = fs::canonical(path, ec);
  if (ec || !is_inside(root, real)) return std::nullopt;
  if (fs::is_directory(real, ec)) return resolve(root, real / "index.html");
  if (!fs::is_regular_file(real, ec)) return std::nullopt;
  return real;
}

}  // namespace

std::string_view mime_type(std::string_view file_name) {
  const Mime* mime = find_mime(file_name);
  return mime ? mime->type : "application/octet-stream";
}

bool may_be_a_page(const std::vector<std::string>& parts) {
  return parts.empty() || !find_mime(parts.back()) || parts.back().ends_with(".html");
}

bool has_hash(std::string_view file_name) {
  size_t dot = file_name.rfind('.');
  if (dot == file_name.npos) return false;
  std::string_view stem = file_name.substr(0, dot);
  size_t split = stem.rfind('.');
  if (split == stem.npos) {
    // Bundlers put eight letters of base 64, which may themselves hold a dash, behind a dash.
    if (stem.size() < kHashLetters + 2 || stem[stem.size() - kHashLetters - 1] != '-') return false;
    split = stem.size() - kHashLetters - 1;
  }
  std::string_view hash = stem.substr(split + 1);
  bool letters =
      std::ranges::all_of(hash, [](char c) { return is_alphanumeric(c) || c == '-' || c == '_'; });
  bool mixed = std::ranges::any_of(hash, is_digit) || std::ranges::count_if(hash, is_upper) >= 2;
  return hash.size() >= kHashLetters && letters && mixed;
}

std::optional<Response> static_file(const std::string& root, const std::vector<std::string>& parts,
                                    bool accepts_gzip) {
  std::error_code ec;
  fs::path real_root = fs::canonical(root, ec);
  if (ec) return std::nullopt;
  fs::path path = real_root;
  for (const std::string& part : parts) {
    if (!is_plain_name(part)) return std::nullopt;
    if (!part.empty()) path /= part;
  }
  std::optional<fs::path> file = resolve(real_root, path);
  if (!file) return std::nullopt;
  std::string name = file->filename();
  Response out{.content_type = std::string(mime_type(name))};
  set_header(out, "Cache-Control",
             has_hash(name) ? "public, max-age=31536000, immutable" : "no-cache");
  set_header(out, "X-Content-Type-Options", "nosniff");
  fs::path packed = *file;
  packed += ".gz";
  if (std::optional<fs::path> neighbour = resolve(real_root, packed)) {
    add_vary(out, "Accept-Encoding");
    if (accepts_gzip) {
      set_header(out, "Content-Encoding", "gzip");
      file = neighbour;
    }
  }
  out.body_file = *file;
  return out;
}

}  // namespace perennial::http
