// One bucket's slice. A selector that asks for one name in one layer without conditions reads the
// postings where they lie; everything else is gathered person by person from the parts that hold
// some of it.
#include <algorithm>
#include <array>
#include <cmath>

#include "timeline/plan.h"
#include "timeline/presence.h"
#include "timeline/retention_sets.h"

namespace perennial::timeline {
namespace {

// Names with at least one in so many of a bucket's events are read by person.
constexpr uint64_t kManyOf = 4;

// Some hits of a selector: a name's postings in one layer, or all of its events by person.
struct Part {
  BucketView bucket;
  const NameEntry* entry = nullptr;  // null: all events
  const Second* at = nullptr;
  const uint8_t* tie = nullptr;
  Crowd hidden;                   // people whose events here do not count any more
  std::vector<uint32_t> offsets;  // kBucketPeople + 1
  std::vector<uint8_t> fits;      // empty: all fit
  std::vector<uint32_t> group, held;
  std::vector<double> number;

  void begin(BucketView of, const NameEntry* name, const Crowd& gone) {
    bucket = of;
    entry = name;
    hidden = gone;
    fits.clear();
    group.clear();
    held.clear();
    number.clear();
  }
};

// What a selector's Hits point into. Kept from bucket to bucket, so that memory is not asked for
// again.
struct Gathered {
  std::vector<Second> at;
  std::vector<uint8_t> tie;
  std::vector<uint32_t> offsets, first, last, group, held;
  std::vector<double> number;
  std::vector<Crowd> in;
  std::vector<uint32_t> places;  // where each hit of a part went
  std::array<uint32_t, 256> name_groups{};
  void clear() {
    at.clear();
    tie.clear();
    group.clear();
    held.clear();
    number.clear();
    first.resize(kBucketPeople);
    last.resize(kBucketPeople);
  }
};

void carry_codes(const CarriedCodes& carried, const Part& part, std::vector<uint32_t>& out) {
  out.assign(part.entry->hits, 0);
  if (!carried.property) return;
  if (!carried.numbers.empty()) {
    if (const auto* column = part.bucket.find_column(*part.entry, *carried.property, false)) {
      std::vector<double> numbers(part.entry->hits);
      part.bucket.read_numbers(*column, 0, part.entry->hits, numbers.data());
      for (size_t i = 0; i < numbers.size(); ++i) {
        if (std::isnan(numbers[i])) continue;
        const double number = carried.bin(numbers[i]);
        const auto place = std::ranges::lower_bound(carried.numbers, number);
        if (place == carried.numbers.end() || *place != number) continue;
        out[i] = carried.texts + 1 + static_cast<uint32_t>(place - carried.numbers.begin());
      }
    }
  }
  const auto* column = part.bucket.find_column(*part.entry, *carried.property, true);
  if (column == nullptr) return;
  if (carried.numbers.empty()) {
    part.bucket.read_codes(*column, 0, part.entry->hits, out.data());
    return;
  }
  std::vector<uint32_t> codes(part.entry->hits);
  part.bucket.read_codes(*column, 0, part.entry->hits, codes.data());
  for (size_t i = 0; i < codes.size(); ++i) {
    if (codes[i] != 0) out[i] = codes[i];
  }
}

// Whether the kernel takes the names as they lie in the bucket.
bool names_lie(const CompiledSelector& selector, const Part& part) {
  return selector.names_as_they_lie && part.entry == nullptr &&
         part.bucket.narrow_names() != nullptr;
}

void carry_names(Part& part) {
  std::vector<uint32_t> codes;
  for (const NameEntry& entry : part.bucket.names()) codes.push_back(entry.name + 1);
  part.group.resize(part.bucket.header().events);
  part.bucket.map_names(codes.data(), part.group.data());
}

void carry(const CompiledSelector& selector, Part& part) {
  if (selector.group_is_name && part.entry != nullptr) {
    part.group.assign(part.entry->hits, part.entry->name + 1);
  } else if (selector.group_is_name && !names_lie(selector, part)) {
    carry_names(part);
  }
  if (part.entry == nullptr) return;
  if (selector.group.wanted && !selector.group_is_name) {
    carry_codes(selector.group, part, part.group);
  }
  if (selector.held.wanted) carry_codes(selector.held, part, part.held);
  if (!selector.carries_number) return;
  part.number.assign(part.entry->hits, std::nan(""));
  if (!selector.number) return;
  if (const auto* column = part.bucket.find_column(*part.entry, *selector.number, false)) {
    part.bucket.read_numbers(*column, 0, part.entry->hits, part.number.data());
  }
}

Second min_of(const Part& part) {
  return part.entry != nullptr ? part.entry->min : part.bucket.header().min;
}
Second max_of(const Part& part) {
  return part.entry != nullptr ? part.entry->max : part.bucket.header().max;
}

// The first of [first, last) that is not below `limit`. Runs are short and of all lengths: halves
// are chosen without a branch, which would be guessed wrong half of the time.
uint32_t first_from(const Second* at, uint32_t first, uint32_t last, Second limit) {
  if (first == last) return last;
  uint32_t size = last - first;
  while (size > 1) {
    const uint32_t half = size / 2;
    first += at[first + half - 1] < limit ? half : 0;
    size -= half;
  }
  return first + (at[first] < limit ? 1 : 0);
}

}  // namespace

struct BucketReader::Impl {
  explicit Impl(const Plan& plan_of)
      : plan(plan_of),
        gathered(plan.selectors.size()),
        hits(plan.selectors.size()),
        presence(plan.ask.presence ? plan.selectors.size() : 0) {}

  void parts_of(const CompiledSelector& selector, uint32_t number);
  void add_name(const CompiledSelector& selector, BucketView bucket, const NameEntry& entry,
                const Crowd& hidden);
  void add_names(const CompiledSelector& selector, BucketView bucket, const Crowd& hidden);
  Part& add_people(BucketView bucket, const Crowd& hidden);
  static bool has_own(const CompiledSelector& selector, BucketView bucket);
  void read_hits(size_t selector, uint32_t number);
  void in_place(const CompiledSelector& selector, Gathered& out, Hits& hits);
  void gather(const CompiledSelector& selector, Gathered& out, Hits& hits);
  void gather_one(const CompiledSelector& selector, Gathered& out, Hits& hits);
  bool presence_by_days(size_t selector, uint32_t number);
  bool presence_at_ends(size_t selector, uint32_t number);
  void presence_of_hits(size_t selector, uint32_t number);
  bool same_days(size_t selector) const;
  void count_people(uint32_t number);

  const Plan& plan;
  std::vector<Part> parts;  // of the selector under way; the first `used` are
  size_t used = 0;
  std::vector<Gathered> gathered;
  std::vector<Hits> hits;
  std::vector<Presence> presence;
  std::vector<uint32_t> person_group;
  struct Pick {
    uint64_t key;
    uint32_t part, hit;
  };
  std::vector<Pick> picks;
  Slice slice;
  ReadCount count;
};

void BucketReader::Impl::add_name(const CompiledSelector& selector, BucketView bucket,
                                  const NameEntry& entry, const Crowd& hidden) {
  if (entry.max < selector.from || entry.min >= selector.to) return;
  if (used == parts.size()) parts.emplace_back();
  Part& part = parts[used++];
  part.begin(bucket, &entry, hidden);
  part.at = bucket.at(entry);
  part.tie = bucket.tie(entry);
  part.offsets.resize(kBucketPeople + 1);
  bucket.offsets(entry, part.offsets.data());
  std::vector<uint8_t> fits;
  for (const CompiledCondition& condition : selector.conditions[selector.names[entry.name] - 1]) {
    evaluate(condition, bucket, entry, fits);
    if (part.fits.empty()) {
      part.fits = std::move(fits);
    } else {
      for (size_t i = 0; i < fits.size(); ++i) part.fits[i] |= fits[i];
    }
  }
  carry(selector, part);
}

// All events by person; the caller says which fit.
Part& BucketReader::Impl::add_people(BucketView bucket, const Crowd& hidden) {
  if (used == parts.size()) parts.emplace_back();
  Part& part = parts[used++];
  part.begin(bucket, nullptr, hidden);
  part.at = bucket.at();
  part.tie = bucket.tie();
  part.offsets.assign(bucket.first(), bucket.first() + kBucketPeople + 1);
  return part;
}

// Several names: many together are read by person, where they lie in order already; a few from
// their postings, which have to be merged.
void BucketReader::Impl::add_names(const CompiledSelector& selector, BucketView bucket,
                                   const Crowd& hidden) {
  const auto names = bucket.names();
  const auto asked = [&](const NameEntry& entry) {
    return entry.name < selector.names.size() && selector.names[entry.name] != 0;
  };
  uint64_t hits = 0;
  bool whole = !selector.group.wanted && !selector.held.wanted && !selector.carries_number;
  bool every = true;
  for (const NameEntry& entry : names) {
    every &= asked(entry);
    if (!asked(entry)) continue;
    hits += entry.hits;
    whole &= selector.conditions[selector.names[entry.name] - 1].empty();
  }
  if (!whole || hits * kManyOf < bucket.header().events) {
    for (const NameEntry& entry : names) {
      if (asked(entry)) add_name(selector, bucket, entry, hidden);
    }
    return;
  }
  Part& part = add_people(bucket, hidden);
  if (!every) {
    std::vector<uint8_t> fits;
    for (const NameEntry& entry : names) fits.push_back(asked(entry) ? 1 : 0);
    part.fits.resize(bucket.header().events);
    bucket.map_names(fits.data(), part.fits.data());
  }
  carry(selector, part);
}

bool BucketReader::Impl::has_own(const CompiledSelector& selector, BucketView bucket) {
  return std::ranges::any_of(selector.own,
                             [&](uint32_t name) { return bucket.find_name(name) != nullptr; });
}

void BucketReader::Impl::parts_of(const CompiledSelector& selector, uint32_t number) {
  used = 0;
  const auto& layers = plan.snapshot.layers;
  for (size_t l = 0; l < layers.size(); ++l) {
    const BucketView bucket = layers[l]->bucket(number);
    if (!bucket) continue;
    Crowd hidden;
    for (size_t newer = l + 1; newer < layers.size(); ++newer) {
      if (const BucketView above = layers[newer]->bucket(number)) {
        hidden |= above.header().replaced;
      }
    }
    if (selector.any_event && !has_own(selector, bucket)) {
      if (bucket.header().events == 0) continue;
      carry(selector, add_people(bucket, hidden));
    } else if (selector.only_name) {
      const NameEntry* entry = bucket.find_name(*selector.only_name);
      if (entry != nullptr) add_name(selector, bucket, *entry, hidden);
    } else {
      add_names(selector, bucket, hidden);
    }
  }
}

// The hits where they lie; the range of time cuts both ends of each person's run.
void BucketReader::Impl::in_place(const CompiledSelector& selector, Gathered& out, Hits& to) {
  Part& part = parts[0];
  std::swap(out.offsets, part.offsets);
  std::swap(out.group, part.group);
  std::swap(out.held, part.held);
  std::swap(out.number, part.number);
  to.at = part.at;
  to.tie = part.tie;
  if (selector.group_is_name && names_lie(selector, part)) {
    to.name = part.bucket.narrow_names();
    out.name_groups.fill(0);
    const auto names = part.bucket.names();
    for (size_t n = 0; n < names.size(); ++n) out.name_groups[n] = names[n].name + 1;
    to.name_groups = out.name_groups.data();
  }
  to.first = out.offsets.data();
  to.last = out.offsets.data() + 1;
  if (max_of(part) >= selector.to) {
    out.last.resize(kBucketPeople);
    for (uint32_t person = 0; person < kBucketPeople; ++person) {
      out.last[person] = first_from(part.at, to.first[person], to.last[person], selector.to);
    }
    to.last = out.last.data();
  }
  if (min_of(part) < selector.from && !selector.open_start) {
    out.first.resize(kBucketPeople);
    for (uint32_t person = 0; person < kBucketPeople; ++person) {
      out.first[person] = first_from(part.at, to.first[person], to.last[person], selector.from);
    }
    to.first = out.first.data();
  }
}

// One part, which is in order already: what fits moves together, without a branch for each hit.
void BucketReader::Impl::gather_one(const CompiledSelector& selector, Gathered& out, Hits& to) {
  Part& part = parts[0];
  const size_t most = part.offsets[kBucketPeople];
  if (part.fits.empty()) part.fits.assign(most, 1);
  if (min_of(part) < selector.from || max_of(part) >= selector.to) {
    for (size_t hit = 0; hit < most; ++hit) {
      part.fits[hit] &= (part.at[hit] >= selector.from) & (part.at[hit] < selector.to);
    }
  }
  out.places.resize(most + 1);
  uint32_t size = 0;
  for (size_t hit = 0; hit < most; ++hit) {
    out.places[hit] = size;
    size += part.fits[hit];
  }
  out.places[most] = size;
  const auto move = [&](const auto* from, auto& values) {
    values.resize(from != nullptr ? most : 0);
    if (from == nullptr) return;
    for (size_t hit = 0; hit < most; ++hit) values[out.places[hit]] = from[hit];
  };
  const auto carried = [](const auto& values) { return values.empty() ? nullptr : values.data(); };
  move(part.at, out.at);
  move(part.tie, out.tie);
  move(carried(part.group), out.group);
  move(carried(part.held), out.held);
  move(carried(part.number), out.number);
  out.first.resize(kBucketPeople);
  out.last.resize(kBucketPeople);
  for (uint32_t person = 0; person < kBucketPeople; ++person) {
    out.first[person] = out.places[part.offsets[person]];
    out.last[person] = out.places[part.offsets[person + 1]];
  }
  part.hidden.for_each([&](uint32_t person) { out.last[person] = out.first[person]; });
  to.at = out.at.data();
  to.tie = part.tie != nullptr ? out.tie.data() : nullptr;
  to.first = out.first.data();
  to.last = out.last.data();
}

void BucketReader::Impl::gather(const CompiledSelector& selector, Gathered& out, Hits& to) {
  out.clear();
  for (uint32_t person = 0; person < kBucketPeople; ++person) {
    out.first[person] = out.last[person] = static_cast<uint32_t>(out.at.size());
    if (!slice.who.has(person)) continue;
    picks.clear();
    bool sorted = true;
    for (uint32_t p = 0; p < used; ++p) {
      const Part& part = parts[p];
      if (part.hidden.has(person)) continue;
      for (uint32_t hit = part.offsets[person]; hit < part.offsets[person + 1]; ++hit) {
        if (!part.fits.empty() && part.fits[hit] == 0) continue;
        const Second at = part.at[hit];
        if (at < selector.from || at >= selector.to) continue;
        const uint64_t key = uint64_t{at} << 8 | (part.tie != nullptr ? part.tie[hit] : 0);
        sorted &= picks.empty() || picks.back().key <= key;
        picks.push_back({key, p, hit});
      }
    }
    if (!sorted) std::ranges::stable_sort(picks, {}, &Pick::key);
    for (const Pick& pick : picks) {
      const Part& part = parts[pick.part];
      out.at.push_back(static_cast<Second>(pick.key >> 8));
      out.tie.push_back(static_cast<uint8_t>(pick.key));
      if (!part.group.empty()) out.group.push_back(part.group[pick.hit]);
      if (!part.held.empty()) out.held.push_back(part.held[pick.hit]);
      if (!part.number.empty()) out.number.push_back(part.number[pick.hit]);
    }
    out.last[person] = static_cast<uint32_t>(out.at.size());
  }
  to.at = out.at.data();
  to.tie = out.tie.data();
  to.first = out.first.data();
  to.last = out.last.data();
}

void BucketReader::Impl::read_hits(size_t s, uint32_t number) {
  const CompiledSelector& selector = plan.selectors[s];
  Gathered& out = gathered[s];
  parts_of(selector, number);
  Hits& to = hits[s];
  to = {};
  const bool lies = used == 1 && parts[0].fits.empty() && parts[0].hidden.empty();
  for (uint32_t p = 0; p < used && !lies && selector.group_is_name; ++p) {
    if (names_lie(selector, parts[p])) carry_names(parts[p]);
  }
  if (lies) {
    in_place(selector, out, to);
  } else if (used == 1) {
    gather_one(selector, out, to);
  } else {
    gather(selector, out, to);
  }
  if (to.name == nullptr && (selector.group.wanted || selector.group_is_name)) {
    to.group = out.group.data();
  }
  if (selector.held.wanted) to.held = out.held.data();
  if (selector.carries_number) to.number = out.number.data();
  if (to.last == to.first + 1) {
    count.events += to.first[kBucketPeople] - to.first[0];
    return;
  }
  // Runs lie one behind the other, but for what the range of time cut off.
  for (uint32_t person = 0; person < kBucketPeople; ++person) {
    count.events += to.last[person] - to.first[person];
  }
}

// From strips of days: possible for any event, when the periods are whole days of the snapshot's
// zone and every layer has its strip.
bool BucketReader::Impl::presence_by_days(size_t s, uint32_t number) {
  const CompiledSelector& selector = plan.selectors[s];
  if (!selector.any_event || selector.carries() || !plan.day_borders || selector.at_least > 1) {
    return false;
  }
  const Periods& periods = *plan.ask.presence;
  const bool before_all = selector.from == 0, from_start = selector.from == periods.begin();
  if (!before_all && !from_start) return false;
  // The range may end where a period begins: those from there on are empty. What lies behind the
  // periods is asked for by nobody.
  const int cut = selector.to < periods.end() ? periods.find(selector.to) : periods.size();
  const bool whole = cut == periods.size() || (cut >= 0 && periods.from(cut) == selector.to);
  const auto& layers = plan.snapshot.layers;
  for (const auto& layer : layers) {
    const BucketView bucket = layer->bucket(number);
    if (!bucket || bucket.header().events == 0) continue;
    const bool all = whole || bucket.header().max < selector.to;
    if (bucket.header().days == 0 || !all || has_own(selector, bucket)) return false;
  }
  Gathered& out = gathered[s];
  out.in.assign(static_cast<size_t>(periods.size()), Crowd{});
  Crowd before;
  const std::vector<int32_t>& borders = plan.day_borders->days;
  Crowd hidden;
  for (size_t l = layers.size(); l-- > 0;) {
    const BucketView bucket = layers[l]->bucket(number);
    if (!bucket) continue;
    const BucketHeader& header = bucket.header();
    const auto strip = bucket.days();
    const auto add = [&](int32_t from, int32_t to, Crowd& into) {
      Crowd there;
      const int32_t first = std::max(from - header.first_day, 0);
      const int32_t last = std::min(to - header.first_day, static_cast<int32_t>(header.days));
      for (int32_t day = first; day < last; ++day) there |= strip[static_cast<size_t>(day)];
      into |= there.remove(hidden);
    };
    if (before_all) add(header.first_day, borders.front(), before);
    const size_t shown = whole ? static_cast<size_t>(cut) : out.in.size();
    for (size_t p = 0; p < shown; ++p) add(borders[p], borders[p + 1], out.in[p]);
    hidden |= header.replaced;
    count.events += header.events;
  }
  presence[s] = {.in = out.in, .before = before};
  return true;
}

// One period and one name whose postings can be read where they lie: whether somebody has enough
// hits shows at the end of their run, without a search for where the period begins.
bool BucketReader::Impl::presence_at_ends(size_t s, uint32_t number) {
  const CompiledSelector& selector = plan.selectors[s];
  const Periods& periods = *plan.ask.presence;
  if (periods.size() != 1 || !selector.only_name || selector.from < periods.begin() ||
      selector.to > periods.end() || selector.at_least == 0) {
    return false;
  }
  parts_of(selector, number);
  Gathered& out = gathered[s];
  out.in.assign(1, Crowd{});
  presence[s] = {.in = out.in, .before = {}};
  if (used == 0) return true;
  const Part& part = parts[0];
  if (used > 1 || !part.fits.empty() || !part.hidden.empty()) return false;
  const uint32_t hits = part.offsets[kBucketPeople];
  count.events += hits;
  const bool cut = part.entry->max >= selector.to;
  for (uint32_t person = 0; person < kBucketPeople; ++person) {
    const uint32_t first = part.offsets[person];
    uint32_t last = part.offsets[person + 1];
    if (cut) last = first_from(part.at, first, last, selector.to);
    const bool enough = last - first >= selector.at_least;
    const uint32_t place = std::min(enough ? last - selector.at_least : first, hits - 1);
    const bool in = enough & (part.at[place] >= selector.from);
    out.in[0].words[person / 64] |= uint64_t{in} << (person % 64);
  }
  return true;
}

void BucketReader::Impl::presence_of_hits(size_t s, uint32_t number) {
  read_hits(s, number);
  const Periods& periods = *plan.ask.presence;
  Gathered& out = gathered[s];
  const Crowd before = presence_of(hits[s], periods, out.in);
  if (plan.selectors[s].at_least > 1) {
    presence_at_least(hits[s], periods, plan.selectors[s].at_least, out.in);
  }
  presence[s] = {.in = out.in, .before = before};
}

// Whether a selector asks for what the one before it does: retention of anything after anything.
bool BucketReader::Impl::same_days(size_t s) const {
  const CompiledSelector &one = plan.selectors[s - 1], &other = plan.selectors[s];
  return one.any_event && other.any_event && !one.carries() && !other.carries() &&
         one.from == other.from && one.to == other.to && one.at_least == other.at_least;
}

void BucketReader::Impl::count_people(uint32_t number) {
  Crowd there;
  for (const auto& layer : plan.snapshot.layers) {
    if (const BucketView bucket = layer->bucket(number)) there |= bucket.header().people;
  }
  there &= slice.who;
  count.people += there.size();
}

BucketReader::BucketReader(const Plan& plan) : impl_(std::make_unique<Impl>(plan)) {}
BucketReader::~BucketReader() = default;
const ReadCount& BucketReader::count() const { return impl_->count; }

const Slice& BucketReader::read(uint32_t number) {
  Impl& impl = *impl_;
  const Ask& ask = impl.plan.ask;
  Slice& slice = impl.slice;
  slice.bucket = number;
  slice.who = Crowd::everyone();
  if (ask.among) slice.who = number < ask.among->size() ? (*ask.among)[number] : Crowd{};
  impl.count_people(number);
  slice.group = nullptr;
  if (ask.person_group) {
    const auto& groups = *ask.person_group;
    const size_t first = size_t{number} * kBucketPeople;
    if (first + kBucketPeople <= groups.size()) {
      slice.group = groups.data() + first;
    } else {
      impl.person_group.assign(kBucketPeople, 0);
      for (size_t i = first; i < groups.size(); ++i) impl.person_group[i - first] = groups[i];
      slice.group = impl.person_group.data();
    }
  }
  for (size_t s = 0; s < impl.plan.selectors.size(); ++s) {
    if (!ask.presence) {
      impl.read_hits(s, number);
    } else if (s > 0 && impl.same_days(s)) {
      impl.presence[s] = impl.presence[s - 1];
    } else if (!impl.presence_by_days(s, number) && !impl.presence_at_ends(s, number)) {
      impl.presence_of_hits(s, number);
    }
  }
  slice.hits = impl.hits;
  slice.presence = impl.presence;
  return slice;
}

}  // namespace perennial::timeline
