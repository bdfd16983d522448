#include <algorithm>

#include "engage/campaign.h"
#include "engage/engage.h"

namespace perennial::engage {
namespace {

Result<std::vector<std::string>> words_of(const Json& json, const char* field) {
  std::vector<std::string> words;
  const auto found = json.find(field);
  if (found == json.end() || found->is_null()) return words;
  const std::string where = std::string("audience.") + field;
  if (!found->is_array()) return fail(Code::kInvalid, "a list is expected", where);
  for (const Json& word : *found) {
    if (!word.is_string()) return fail(Code::kInvalid, "a list of words is expected", where);
    words.push_back(word.get<std::string>());
  }
  return words;
}

Result<void> check_text(std::string_view field, std::string_view text, size_t limit) {
  if (text.size() > limit) {
    return fail(Code::kTooLarge, "at most " + std::to_string(limit) + " bytes are possible",
                std::string(field));
  }
  auto checked = check_template(text);
  if (checked) return {};
  Error error = std::move(checked).error();
  error.where = std::string(field) + (error.where.empty() ? "" : ", " + error.where);
  return std::unexpected(std::move(error));
}

Result<void> check_name(std::string_view name) {
  if (trim(name).empty()) return fail(Code::kInvalid, "a campaign needs a name", "name");
  if (!is_storable_text(name)) return fail(Code::kInvalid, "the name is not UTF-8", "name");
  if (name.size() > kMaxNameBytes) return fail(Code::kTooLarge, "the name is too long", "name");
  return {};
}

}  // namespace

Result<Audience> audience_from_json(const Json& json) {
  const auto found = json.find("audience");
  if (found == json.end() || !found->is_object()) {
    return fail(Code::kInvalid, "an object is expected", "audience");
  }
  Audience audience;
  for (const std::string& word : TRY(words_of(*found, "stages"))) {
    const auto stage = value::parse_stage(word);
    if (!stage) return fail(Code::kInvalid, "there is no such stage", "audience.stages");
    audience.stages.push_back(*stage);
  }
  audience.cells = TRY(words_of(*found, "cells"));
  for (const std::string& cell : audience.cells) {
    if (std::ranges::find(value::kCells, cell) == value::kCells.end()) {
      return fail(Code::kInvalid, "there is no such cell", "audience.cells");
    }
  }
  return audience;
}

Json to_json(const Audience& audience) {
  Json stages = Json::array(), cells = Json::array();
  for (value::Stage stage : audience.stages) stages.push_back(value::stage_name(stage));
  for (const std::string& cell : audience.cells) cells.push_back(cell);
  return {{"stages", std::move(stages)}, {"cells", std::move(cells)}};
}

std::vector<people::PersonId> members_of(const Audience& audience,
                                         const value::Snapshot& snapshot) {
  std::vector<people::PersonId> members;
  if (audience.stages.empty() && audience.cells.empty()) return members;
  for (size_t i = 0; i < snapshot.person.size(); ++i) {
    const bool in_stage =
        audience.stages.empty() ||
        std::ranges::find(audience.stages, snapshot.stage[i]) != audience.stages.end();
    const bool has_cell = snapshot.rfm[i].recency > 0;
    const bool in_cell =
        audience.cells.empty() ||
        (has_cell && std::ranges::find(audience.cells, value::cell_of(snapshot.rfm[i])) !=
                         audience.cells.end());
    if (in_stage && in_cell) members.push_back(snapshot.person[i]);
  }
  return members;
}

Result<double> hold_out_from_json(const Json& json) {
  const auto found = json.find("hold_out_percent");
  if (found == json.end() || !found->is_number()) {
    return fail(Code::kInvalid, "a number is expected", "hold_out_percent");
  }
  const double percent = found->get<double>();
  if (!(percent >= 0 && percent <= kMaxHoldOutPercent)) {
    return fail(Code::kInvalid, "0 to 90 percent are possible", "hold_out_percent");
  }
  return percent;
}

Result<Draft> draft_from_json(const Json& json) {
  Draft draft;
  draft.name = TRY(json_string(json, "name"));
  TRY(check_name(draft.name));
  draft.audience = TRY(audience_from_json(json));
  draft.hold_out_percent = TRY(hold_out_from_json(json));
  draft.subject = TRY(json_string(json, "subject"));
  TRY(check_text("subject", draft.subject, kMaxSubjectBytes));
  draft.text = TRY(json_string(json, "text"));
  TRY(check_text("text", draft.text, kMaxTextBytes));
  draft.html = TRY(json_string_or(json, "html", ""));
  TRY(check_text("html", draft.html, kMaxTextBytes));
  draft.result_days = TRY(json_integer_or(json, "result_days", kDefaultResultDays));
  if (draft.result_days < 1 || draft.result_days > kMaxResultDays) {
    return fail(Code::kInvalid, "1 to 730 days are possible", "result_days");
  }
  draft.salt = TRY(json_string_or(json, "salt", ""));
  TRY(check_text("salt", draft.salt, kMaxSaltBytes));
  return draft;
}

Json maybe_time(const std::optional<Instant>& t) { return t ? Json(format_instant(*t)) : Json(); }

Json to_json(const Campaign& campaign) {
  Json counts = Json::object();
  for (const auto& [verdict, people] : campaign.counts) counts[verdict] = people;
  return {{"id", campaign.id},
          {"state", campaign.state},
          {"name", campaign.name},
          {"audience", to_json(campaign.audience)},
          {"hold_out_percent", campaign.hold_out_percent},
          {"subject", campaign.subject},
          {"text", campaign.text},
          {"html", campaign.html},
          {"result_days", campaign.result_days},
          {"salt", campaign.salt},
          {"created_at", format_instant(campaign.created_at)},
          {"started_at", maybe_time(campaign.started_at)},
          {"finished_at", maybe_time(campaign.finished_at)},
          {"counts", std::move(counts)}};
}

}  // namespace perennial::engage
