// A mapping as JSON (ImportMapping of api/openapi.yaml) and as the text of --map.

#include <utility>

#include <array>

#include "collect/fields.h"

namespace perennial::collect {
namespace {

constexpr size_t kMaxMappedColumns = 512;
constexpr std::array<std::string_view, 4> kDateFormats = {"iso", "dmy", "mdy", "yyyymmdd"};

// Words for delimiters that are awkward to type.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kDelimiterWords = {
    {{"comma", ","},
     {"semicolon", ";"},
     {"tab", "\t"},
     {"\\t", "\t"},
     {"pipe", "|"},
     {"space", "spaces"}}};

Result<void> check_field(std::string_view name) {
  if (name.empty() || name.size() > kMaxNameBytes || !is_storable_text(name)) {
    return fail(Code::kInvalid, "a field name has 1 to 255 bytes of text", "columns");
  }
  return {};
}

Result<std::string> delimiter_of(std::string text) {
  for (auto [word, delimiter] : kDelimiterWords) {
    if (text == word) return std::string(delimiter);
  }
  bool single = text.size() == 1 && text != "\"" && text != "\n" && text != "\r";
  if (!text.empty() && text != "spaces" && !single) {
    return fail(Code::kInvalid, "must be one character, \"tab\" or \"spaces\"", "delimiter");
  }
  return text;
}

// Sets one of the settings beside the columns.
Result<void> set_option(Mapping& mapping, std::string_view name, std::string value) {
  if (name == "delimiter") {
    mapping.delimiter = TRY(delimiter_of(std::move(value)));
  } else if (name == "encoding") {
    mapping.encoding = std::move(value);
  } else if (name == "header") {
    if (value != "true" && value != "false" && value != "yes" && value != "no") {
      return fail(Code::kInvalid, "must be yes or no", "header");
    }
    mapping.header = value == "true" || value == "yes";
  } else if (name == "zone") {
    auto zone = value.empty() ? Zone::utc() : Zone::named(value);
    if (!zone) return fail(Code::kInvalid, zone.error().message, "zone");
    mapping.zone = std::move(value);
  } else if (name == "date_format") {
    bool known = value.empty();
    for (auto word : kDateFormats) known = known || value == word;
    if (!known) return fail(Code::kInvalid, "is none of iso, dmy, mdy, yyyymmdd", "date_format");
    mapping.date_format = std::move(value);
  } else if (name == "currency") {
    if (!value.empty() && !is_currency(value)) {
      return fail(Code::kInvalid, "must be three capital letters such as EUR", "currency");
    }
    mapping.currency = std::move(value);
  } else if (name == "refund_prefix") {
    mapping.refund_prefix = std::move(value);
  } else if (name == "until") {
    auto until = parse_instant(value);
    if (!until) return fail(Code::kInvalid, until.error().message, "until");
    mapping.until = *until;
  } else {
    return fail(Code::kInvalid, "there is no such setting", std::string(name),
                "use delimiter, encoding, header, zone, date_format, currency, refund_prefix or "
                "until");
  }
  return {};
}

Result<void> add_column(Mapping& mapping, std::string field, std::string column) {
  TRY(check_field(field));
  if (!column_of(mapping, field).empty()) {
    return fail(Code::kInvalid, "is given twice", std::move(field));
  }
  if (mapping.columns.size() == kMaxMappedColumns) {
    return fail(Code::kInvalid, "holds more than 512 columns", "columns");
  }
  if (!column.empty()) mapping.columns.emplace_back(std::move(field), std::move(column));
  return {};
}

}  // namespace

Result<Mapping> mapping_from_json(const Json& json) {
  if (!json.is_object()) return fail(Code::kInvalid, "a mapping must be an object");
  Mapping mapping;
  if (auto columns = json.find("columns"); columns != json.end() && !columns->is_null()) {
    if (!columns->is_object()) return fail(Code::kInvalid, "must be an object", "columns");
    for (const auto& [field, column] : columns->items()) {
      if (column.is_null()) continue;
      if (!column.is_string()) return fail(Code::kInvalid, "must be a column's title", field);
      TRY(add_column(mapping, field, column.get<std::string>()));
    }
  }
  for (std::string_view name :
       {"delimiter", "encoding", "zone", "date_format", "currency", "refund_prefix", "until"}) {
    std::string value = TRY(json_string_or(json, name, ""));
    if (!value.empty()) TRY(set_option(mapping, name, std::move(value)));
  }
  if (auto header = json.find("header"); header != json.end() && !header->is_null()) {
    mapping.header = TRY(json_bool_or(json, "header", true));
  }
  return mapping;
}

Json to_json(const Mapping& mapping) {
  Json columns = Json::object();
  for (const auto& [field, column] : mapping.columns) columns[field] = column;
  Json json = {{"columns", std::move(columns)}};
  auto put = [&](const char* name, const std::string& value) {
    if (!value.empty()) json[name] = value;
  };
  put("delimiter", mapping.delimiter == "\t" ? "\\t" : mapping.delimiter);
  put("encoding", mapping.encoding);
  if (mapping.header) json["header"] = *mapping.header;
  put("zone", mapping.zone);
  put("date_format", mapping.date_format);
  put("currency", mapping.currency);
  put("refund_prefix", mapping.refund_prefix);
  if (mapping.until) json["until"] = format_instant(*mapping.until);
  return json;
}

Result<Mapping> parse_mapping(std::string_view text) {
  Mapping mapping;
  while (!text.empty()) {
    size_t comma = text.find(',');
    std::string_view part = trim(text.substr(0, comma));
    text = comma == std::string_view::npos ? "" : text.substr(comma + 1);
    if (part.empty()) continue;
    size_t sign = part.find_first_of("=:");
    if (sign == std::string_view::npos || sign == 0) {
      return fail(Code::kInvalid, "expected field=column or setting:value, found \"" +
                                      std::string(cut_text(part, 60)) + "\"");
    }
    std::string name(trim(part.substr(0, sign)));
    std::string value(trim(part.substr(sign + 1)));
    if (part[sign] == '=') {
      TRY(add_column(mapping, std::move(name), std::move(value)));
    } else {
      TRY(set_option(mapping, name, std::move(value)));
    }
  }
  return mapping;
}

}  // namespace perennial::collect
