#include "portrait/reading.h"

#include <algorithm>

#include "collect/items.h"
#include "people/readers.h"
#include "portrait/questions.h"

namespace perennial::portrait {
namespace {

using timeline::Ask;

constexpr std::chrono::seconds kMaxTime{300};
constexpr std::string_view kProduct = "product";

class Reading {
 public:
  Reading(const Sources& from, DeviceBook& devices, const access::Workspace& workspace, Instant now,
          const Rules& rules)
      : from_(from),
        devices_(devices),
        workspace_(workspace),
        now_(now),
        decay_(now, rules.window_days, rules.half_life_days) {
    all_.rules = rules;
    all_.as_of = now;
    all_.zone = workspace.calendar.zone.name();
    stop_.deadline = std::chrono::steady_clock::now() + kMaxTime;
  }

  Result<TagColumn> read_interests(const std::stop_token& asked) {
    TRY(look());
    const std::stop_callback cancel(asked, [this] { stop_.cancelled = true; });
    TRY(interests());
    return std::move(tag(Tag::kInterest));
  }

  Result<Everyone> read(const std::stop_token& asked) {
    TRY(look());
    const std::stop_callback cancel(asked, [this] { stop_.cancelled = true; });
    all_.seq = snapshot_->seq;
    TRY(interests());
    TRY(channels());
    TRY(hours());
    TRY(devices_.follow(from_.log, snapshot_->seq, now_, asked));
    TRY(from_.database.read([&](store::Connection& c) -> Result<void> {
      all_.profiles = TRY(people::profiles_version(c));
      tag(Tag::kDevice) = rank(device_words(), TRY(devices_.by_person(c)), kLeastSights);
      return regions(c);
    }));
    const auto book = TRY(from_.books.get());
    all_.orders = book->version;
    add_price_bands(*book, now_ - std::chrono::days(all_.rules.window_days), now_, all_);
    TRY(bargains());
    return std::move(all_);
  }

 private:
  Result<void> look() {
    snapshot_ = from_.timeline.snapshot();
    if (snapshot_ != nullptr) return {};
    return fail(Code::kBusy, "the timeline is still being built", "", "Try again in a minute.");
  }

  TagColumn& tag(Tag one) { return all_.tags[static_cast<size_t>(one)]; }

  static std::vector<std::string> device_words() {
    std::vector<std::string> words{""};
    for (size_t i = 0; i < kDevices; ++i) words.emplace_back(device_name(static_cast<Device>(i)));
    return words;
  }

  template <class Kernel>
  Result<Kernel> run(const timeline::Plan& plan, const Kernel& kernel) {
    return timeline::run(plan, kernel, from_.timeline.pool(), stop_);
  }
  Result<std::shared_ptr<const timeline::Plan>> compile(const timeline::Snapshot& snapshot,
                                                        std::vector<timeline::Selector> selectors) {
    return timeline::compile(snapshot, Ask{.selectors = std::move(selectors)},
                             from_.timeline.pool(), stop_);
  }
  bool holds(const std::vector<timeline::Selector>& selectors) const {
    return timeline::missing_properties(*snapshot_->dictionary, Ask{.selectors = selectors})
        .empty();
  }

  // The sums of one question, its words among `words`.
  Result<std::vector<Affinity>> sums(const timeline::Snapshot& snapshot, const Question& question,
                                     const Catalogue& catalogue, WordBook& words) {
    const auto plan = TRY(compile(snapshot, question.selectors));
    auto spec = std::make_shared<AffinitySpec>(AffinitySpec{.decay = decay_, .sources = {}});
    for (size_t i = 0; i < question.selectors.size(); ++i) {
      AffinitySource source{.weight = question.weights[i], .word = question.words[i]};
      if (source.word == 0)
        source.of_code = words_of_codes(*plan, i, question.by_item[i], catalogue, words);
      spec->sources.push_back(std::move(source));
    }
    spec->words = words.size();
    return TRY(run(*plan, AffinityScan(std::move(spec)))).finish();
  }

  Result<Catalogue> catalogue() {
    Catalogue categories;
    TRY(from_.database.read([&](store::Connection& c) {
      return collect::each_item(c, kProduct, [&](const collect::Item& item) -> Result<void> {
        if (!item.facts.is_object() || !item.facts.contains("category")) return {};
        const Json& category = item.facts.at("category");
        if (category.is_string()) categories.emplace(item.id, category.get<std::string>());
        return {};
      });
    }));
    return categories;
  }

  // The log is read where the timeline has not kept every item: there are more than its
  // dictionaries hold.
  Result<std::vector<Affinity>> from_log(Question question, const Catalogue& categories,
                                         WordBook& words) {
    timeline::FromLog what;
    for (timeline::Selector& selector : question.selectors) {
      for (const auto& event : selector.any_of) what.names.push_back({*event.type, *event.name});
      timeline::use_lists(selector, what.lists);
    }
    what.span =
        Span{from_millis(int64_t{decay_.from()} * 1000), from_millis(int64_t{decay_.now()} * 1000)};
    what.properties = timeline::properties_of(Ask{.selectors = question.selectors});
    const auto snapshot = TRY(
        timeline::read_from_log(from_.timeline.source(), what, workspace_.calendar.zone, stop_));
    return sums(snapshot, question, categories, words);
  }

  // The path in the lists of orders that tells the category of a product, or its item; "" without.
  Result<std::string> listed() {
    return from_.database.read([&](store::Connection& c) -> Result<std::string> {
      auto schema = events::schema_of(c, events::Type::kTrack, people::kOrderCompleted);
      if (!schema) return "";  // nobody sent one
      for (const char* path : {"products[].category", "products[].sku", "products[].product_id"}) {
        const auto named = [&](const auto& property) { return property.name == path; };
        if (std::ranges::any_of(schema->properties, named)) return path;
      }
      return "";
    });
  }

  // Nor is there room for it: memory, temporary files of all who ask, or the disk.
  static bool is_too_much(const Error& error) {
    return error.code == Code::kTooLarge || error.code == Code::kBusy || error.code == Code::kFull;
  }

  // What was found, or nothing with a note when it is too much to read.
  Result<void> add_or_note(Result<std::vector<Affinity>> found, std::string_view note,
                           std::vector<Affinity>& into) {
    if (!found && is_too_much(found.error())) {
      TRY(stop_.check());
      if (std::ranges::find(all_.notes, note) == all_.notes.end()) all_.notes.emplace_back(note);
      return {};
    }
    if (!found) return std::unexpected(std::move(found).error());
    into.insert(into.end(), found->begin(), found->end());
    return {};
  }

  Result<void> interests() {
    const Catalogue categories = TRY(catalogue());
    WordBook words;
    std::vector<Affinity> all;
    const auto read = [&](bool items) {
      const Question named = interests_of(all_.rules, decay_, items);
      return holds(named.selectors) ? sums(*snapshot_, named, categories, words)
                                    : from_log(named, categories, words);
    };
    auto found = read(!categories.empty());
    if (!found && is_too_much(found.error())) {
      TRY(stop_.check());
      all_.notes.emplace_back(kItemsUnread);
      found = read(false);
    }
    TRY(add_or_note(std::move(found), kItemsUnread, all));
    if (const std::string path = TRY(listed()); !path.empty()) {
      TRY(add_or_note(from_log(listed_products(all_.rules, decay_, path), categories, words),
                      kListsUnread, all));
    }
    all = add_up(std::move(all), &stop_);
    TRY(stop_.check());
    tag(Tag::kInterest) = rank(std::move(words).take(), all, kLeastTouches);
    return {};
  }

  Result<void> channels() {
    WordBook words;
    const Question question = answers_of(all_.rules, decay_, words);
    auto found = TRY(sums(*snapshot_, question, {}, words));
    found = add_up(std::move(found), &stop_);
    TRY(stop_.check());
    tag(Tag::kPreferredChannel) = rank(std::move(words).take(), found, kLeastAnswers);
    return {};
  }

  Result<void> hours() {
    const auto plan = TRY(compile(*snapshot_, {anything(decay_)}));
    auto spec = std::make_shared<HoursSpec>(HoursSpec{.decay = decay_});
    spec->offset = wall_offsets(decay_, workspace_.calendar.zone);
    spec->skip.assign(timeline::group_codes(*plan, 0), 0);
    for (size_t code = 1; code < spec->skip.size(); ++code)
      spec->skip[code] =
          tells_the_hour(timeline::group_label(*plan, 0, static_cast<uint32_t>(code))) ? 0 : 1;
    auto found = TRY(run(*plan, HoursScan(std::move(spec)))).finish();
    std::vector<std::string> words{""};
    for (int hour = 0; hour < 24; ++hour)
      words.push_back((hour < 10 ? "0" : "") + std::to_string(hour));
    found = add_up(std::move(found), &stop_);
    TRY(stop_.check());
    tag(Tag::kActiveHour) = rank(std::move(words), found, kLeastHours);
    return {};
  }

  Result<void> regions(store::Connection& c) {
    WordBook words;
    TagColumn& region = tag(Tag::kRegion);
    TRY(people::each_profile(
        c, [&](PersonId person, std::string_view country, std::string_view traits) {
          ++all_.people;
          const auto said = people::text_trait(traits, all_.rules.region_trait);
          const std::string found = said ? *said : std::string(country);
          const uint16_t word = words.add(found);
          if (word == 0) return;
          const auto place = static_cast<size_t>(person);
          if (region.column.code.size() <= place) region.column.code.resize(place + 1, 0);
          region.column.code[place] = word;
          ++region.people;
        }));
    region.column.words = std::move(words).take();
    return {};
  }

  Result<void> bargains() {
    std::vector<timeline::Selector> selectors = {priced_lines(decay_)};
    const bool whole = holds(selectors);
    if (!whole) all_.notes.emplace_back(kPricesUnread);
    if (!whole) selectors[0].group = selectors[0].number = "";
    for (timeline::Selector& one : whole_orders(decay_)) selectors.push_back(std::move(one));
    // Both passes read one plan, in which a code is the same item.
    const auto plan = TRY(compile(*snapshot_, std::move(selectors)));
    auto usual =
        std::make_shared<const std::vector<double>>(TRY(run(*plan, PriceScan(decay_))).finish());
    add_bargains(TRY(run(*plan, BargainScan(decay_, std::move(usual)))).finish(), all_);
    return {};
  }

  const Sources& from_;
  DeviceBook& devices_;
  const access::Workspace& workspace_;
  const Instant now_;
  const Decay decay_;
  timeline::Stop stop_;
  std::shared_ptr<const timeline::Snapshot> snapshot_;
  Everyone all_;
};

}  // namespace

Result<Everyone> read_everyone(const Sources& from, DeviceBook& devices,
                               const access::Workspace& workspace, Instant now, const Rules& rules,
                               const std::stop_token& stop) {
  return Reading(from, devices, workspace, now, rules).read(stop);
}

Result<TagColumn> read_interests(const Sources& from, const access::Workspace& workspace,
                                 Instant at, const Rules& rules, const std::stop_token& stop) {
  DeviceBook none(rules.half_life_days);
  return Reading(from, none, workspace, at, rules).read_interests(stop);
}

}  // namespace perennial::portrait
