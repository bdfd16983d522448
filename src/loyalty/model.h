// The slow, separate model of the ledger, for tests: every single point is an object of its own,
// with the dates it was given, and nothing is summed up or kept ahead. Written from
// docs/formats/ledger.md.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "loyalty/loyalty.h"

namespace perennial::loyalty {

struct Model {
  enum class State { kOpen, kHeld, kSpent, kExpired, kTaken };
  struct Point {
    int lot;
    State state = State::kOpen;
    bool active = false;
  };
  struct LotRecord {
    int64_t active_at, expires, size;
    int64_t reclaimed = 0;  // how many of its points refunds asked back
    std::string order, line;
    bool earned = false;
  };
  struct SpendRecord {
    std::string order;
    int64_t at, hold_ends;
    std::vector<Point*> points;  // in the order in which they were taken
    std::set<Point*> returned;
    // A point that a refund returned may be held by another one since: it is not this one's.
    bool holds(Point* p) const { return p->state == State::kHeld && !returned.contains(p); }
  };
  struct Human {
    std::vector<Point*> points;
    std::map<std::string, SpendRecord> spends;
    int64_t owed = 0, last = INT64_MIN;
    std::map<std::tuple<std::string, std::string, bool>, std::pair<int64_t, int64_t>> refunds;
    std::pair<int64_t, int64_t>& refunded(const Command& c, bool spent) {
      return refunds[{c.order, spent ? "" : c.line, spent}];
    }
  };
  struct Past {
    PersonId from, into;
    std::set<int> lots;
    std::set<std::string> spends;
    int64_t owed;
    bool undone = false;
  };

  explicit Model(const Programme& p) : programme(p) {}

  // The word of the refusal, "" if it was done.
  std::string apply(const Command& c, int64_t now) {
    currency = c.currency.empty() ? &programme.currencies[0] : programme.find(c.currency);
    Human& human = of(c.person);
    const int64_t at = std::max(now, human.last);
    pass(human, at);
    const std::string refused = act(c, human, at);
    if (refused.empty()) pass(human, at);
    return refused;
  }
  Balance balance(PersonId person, const Currency& of_currency, int64_t now) {
    currency = &of_currency;
    Human& human = people[{currency->id, person}];
    pass(human, std::max(now, human.last));
    Balance b{.owed = human.owed};
    for (const Point* p : human.points) {
      if (p->state == State::kOpen) ++(p->active ? b.available : b.pending);
      if (p->state == State::kHeld) ++b.held;
    }
    return b;
  }

  const Programme& programme;
  const Currency* currency = nullptr;
  std::deque<Point> all_points;
  std::deque<LotRecord> lots;
  std::map<std::pair<int64_t, PersonId>, Human> people;
  std::map<std::pair<int64_t, PersonId>, PersonId> became;
  std::map<std::string, Past> merges;

 private:
  PersonId now_called(PersonId person) {
    while (became.contains({currency->id, person})) person = became[{currency->id, person}];
    return person;
  }
  Human& of(PersonId person) { return people[{currency->id, now_called(person)}]; }

  // Time passes: instant by instant at which something happens.
  void pass(Human& human, int64_t until) {
    while (true) {
      int64_t next = kNever;
      for (const Point* p : human.points) {
        if (p->state != State::kOpen) continue;
        next = std::min(next, p->active ? lots[p->lot].expires : lots[p->lot].active_at);
      }
      for (auto& [id, spend] : human.spends) {
        for (Point* p : spend.points) {
          if (spend.holds(p)) next = std::min(next, spend.hold_ends);
        }
      }
      if (next > until || next == kNever) return;
      human.last = std::max(human.last, next);
      for (auto& [id, spend] : human.spends) {
        if (spend.hold_ends > next) continue;
        std::erase_if(spend.points, [&](Point* p) {
          if (!spend.holds(p)) return false;
          p->state = State::kOpen;
          return true;
        });
        if (currency->shortfall == Shortfall::kNegative) pay_in_order(human);
      }
      for (Point* p : human.points) {
        if (p->state != State::kOpen || p->active || lots[p->lot].active_at > next) continue;
        p->active = true;
        if (currency->shortfall != Shortfall::kWriteOff && human.owed > 0) {
          --human.owed;
          p->state = State::kSpent;
        }
      }
      for (Point* p : human.points) {
        if (p->state == State::kOpen && p->active && lots[p->lot].expires <= next)
          p->state = State::kExpired;
      }
    }
  }
  std::vector<Point*> spendable(Human& human) {
    std::vector<Point*> open;
    for (Point* p : human.points) {
      if (p->state == State::kOpen && p->active) open.push_back(p);
    }
    std::ranges::stable_sort(open, {},
                             [&](Point* p) { return std::pair(lots[p->lot].expires, p->lot); });
    return open;
  }
  int give(Human& human, LotRecord lot, int64_t at) {
    lots.push_back(lot);
    const int number = static_cast<int>(lots.size()) - 1;
    for (int64_t i = 0; i < lot.size; ++i) {
      all_points.push_back({.lot = number, .active = lot.active_at <= at});
      human.points.push_back(&all_points.back());
    }
    return number;
  }

  std::string act(const Command& c, Human& human, int64_t at) {
    const bool sized = c.kind == CommandKind::kEarn || c.kind == CommandKind::kHold ||
                       c.kind == CommandKind::kRedeem || c.kind == CommandKind::kTransfer;
    if (sized && (c.amount < 1 || c.amount > kMaxPoints)) return "amount_out_of_range";
    switch (c.kind) {
      case CommandKind::kEarn:
        return earn(c, human, at);
      case CommandKind::kHold:
      case CommandKind::kRedeem:
        return take(c, human, at);
      case CommandKind::kCapture:
      case CommandKind::kRelease:
        return end_hold(c, human, at);
      case CommandKind::kRefund:
        return refund(c, human, at);
      case CommandKind::kAdjust:
        return adjust(c, human, at);
      case CommandKind::kTransfer:
        return transfer(c, human, at);
      case CommandKind::kMerge:
        return merge(c, human, at);
      case CommandKind::kUnmerge:
        return unmerge(c, human, at);
      default:
        return "not in the model";
    }
  }

  std::string earn(const Command& c, Human& human, int64_t at) {
    const int64_t earned = c.earned_ms.value_or(at);
    const int64_t active = c.activates_ms.value_or(earned);
    int64_t expires = c.expires_ms.value_or(expires_at(currency->expiry, programme.zone, earned));
    if (c.expires_ms && expires <= active) return "expires_too_early";
    if (expires <= active) expires = expires_at(currency->expiry, programme.zone, active);
    give(human, {active, expires, c.amount, 0, c.order, c.line, true}, at);
    if (currency->shortfall != Shortfall::kWriteOff) pay_from_lot(human);
    human.last = at;
    return "";
  }
  void pay_from_lot(Human& human) {
    const int newest = static_cast<int>(lots.size()) - 1;
    for (Point* p : human.points) {
      if (human.owed > 0 && p->lot == newest && p->state == State::kOpen && p->active) {
        p->state = State::kSpent;
        --human.owed;
      }
    }
  }
  std::string take(const Command& c, Human& human, int64_t at) {
    auto open = spendable(human);
    if (static_cast<int64_t>(open.size()) < c.amount) return "not_enough_points";
    open.resize(static_cast<size_t>(c.amount));
    const bool hold = c.kind == CommandKind::kHold;
    const int64_t seconds = c.hold_seconds > 0 ? c.hold_seconds : programme.hold_seconds;
    for (Point* p : open) p->state = hold ? State::kHeld : State::kSpent;
    human.spends[c.id] = {c.order, at, hold ? at + seconds * 1000 : kNever, open, {}};
    human.last = at;
    return "";
  }
  std::string end_hold(const Command& c, Human& human, int64_t at) {
    if (!human.spends.contains(c.target)) return "unknown_hold";
    SpendRecord& spend = human.spends[c.target];
    std::vector<Point*> held;
    for (Point* p : spend.points) {
      if (spend.holds(p)) held.push_back(p);
    }
    if (held.empty()) return "hold_ended";
    size_t amount = c.amount == 0 ? held.size() : static_cast<size_t>(c.amount);
    if (amount > held.size()) return "not_enough_points";
    const bool capture = c.kind == CommandKind::kCapture;
    if (!capture) std::ranges::reverse(held);
    for (size_t i = 0; i < held.size(); ++i) {
      const bool released = capture ? i >= amount && c.release_rest : i < amount;
      if (capture && i < amount) held[i]->state = State::kSpent;
      if (!released) continue;
      held[i]->state = State::kOpen;
      std::erase(spend.points, held[i]);
    }
    if (capture && spend.order.empty()) spend.order = c.order;
    if (currency->shortfall == Shortfall::kNegative) pay_in_order(human);
    human.last = at;
    return "";
  }
  std::string adjust(const Command& c, Human& human, int64_t at) {
    if (c.amount == 0) return "amount_out_of_range";
    if (c.amount > 0) {
      give(human, {at, expires_at(currency->expiry, programme.zone, at), c.amount}, at);
      if (currency->shortfall == Shortfall::kNegative) pay_from_lot(human);
    } else {
      auto open = spendable(human);
      if (static_cast<int64_t>(open.size()) < -c.amount) return "not_enough_points";
      for (int64_t i = 0; i < -c.amount; ++i) open[static_cast<size_t>(i)]->state = State::kSpent;
    }
    human.last = at;
    return "";
  }
  std::string transfer(const Command& c, Human& human, int64_t at) {
    Human& to = of(c.other);
    if (&to == &human) return "same_person";
    if (static_cast<int64_t>(spendable(human).size()) < c.amount) return "not_enough_points";
    at = std::max(at, to.last);
    pass(to, at);
    pass(human, at);
    auto open = spendable(human);
    if (static_cast<int64_t>(open.size()) < c.amount) return "not_enough_points";
    for (size_t i = 0; i < static_cast<size_t>(c.amount);) {
      const int lot = open[i]->lot;
      int64_t size = 0;
      for (; i < static_cast<size_t>(c.amount) && open[i]->lot == lot; ++i, ++size)
        open[i]->state = State::kSpent;
      give(to, {lots[lot].active_at, lots[lot].expires, size}, at);
      if (currency->shortfall == Shortfall::kNegative) pay_from_lot(to);
    }
    human.last = to.last = at;
    return "";
  }

  // Counts a refund; what of `points` must be gone after it, or the refusal.
  std::string count(std::pair<int64_t, int64_t>& sum, int64_t part, int64_t whole) {
    if (part == 0) {
      sum.second = std::max<int64_t>(sum.second, 1);
      sum.first = sum.second;
      return "";
    }
    if (sum.second != 0 && sum.first == sum.second) return "over_refunded";
    if (sum.second != 0 && sum.second != whole) return "total_differs";
    if (sum.first + part > whole) return "over_refunded";
    sum = {sum.first + part, whole};
    return "";
  }
  std::string refund(const Command& c, Human& human, int64_t at) {
    std::vector<int> of_order;
    int64_t earned = 0, reclaimed = 0;
    std::set<int> mine;
    for (const Point* p : human.points) mine.insert(p->lot);
    for (int lot : mine) {
      const LotRecord& l = lots[lot];
      if (!l.earned || l.order != c.order || (!c.line.empty() && l.line != c.line)) continue;
      of_order.push_back(lot);
      earned += l.size;
      reclaimed += l.reclaimed;
    }
    const bool back = c.line.empty() || c.order_total_minor > 0;
    std::vector<std::pair<SpendRecord*, Point*>> spent;
    std::vector<std::tuple<int64_t, std::string, SpendRecord*>> spends;
    for (auto& [id, spend] : human.spends) spends.emplace_back(spend.at, id, &spend);
    std::ranges::sort(spends);
    int64_t returned = 0;
    bool any = false;
    for (auto& [when, id, spend] : spends) {
      if (spend->order != c.order) continue;
      for (Point* p : spend->points) {
        if (spend->returned.contains(p)) {
          ++returned;
          any = true;
        } else if (p->state == State::kSpent) {
          spent.emplace_back(spend, p);
          any = true;
        }
      }
    }
    if (of_order.empty() && (!any || !back)) return "unknown_order";
    auto sum = human.refunded(c, false), sum_spent = human.refunded(c, true);
    if (auto no = count(sum, c.refunded_minor, c.total_minor); !no.empty()) return no;
    if (back) {
      const int64_t total = c.line.empty() ? c.total_minor : c.order_total_minor;
      if (auto no = count(sum_spent, c.refunded_minor, total); !no.empty()) return no;
    }
    human.refunded(c, false) = sum;
    if (back) human.refunded(c, true) = sum_spent;
    const int64_t all_spent = static_cast<int64_t>(spent.size()) + returned;
    int64_t give_back =
        back ? std::max<int64_t>(0, all_spent * sum_spent.first / sum_spent.second - returned) : 0;
    const int64_t want = std::max<int64_t>(0, earned * sum.first / sum.second - reclaimed);
    if (give_back + want > 0) human.last = at;
    for (auto one = spent.rbegin(); give_back > 0; ++one, --give_back) {
      one->first->returned.insert(one->second);
      one->second->state = State::kOpen;
    }
    if (currency->shortfall == Shortfall::kNegative) pay_in_order(human);
    reclaim(human, of_order, want);
    return "";
  }
  void reclaim(Human& human, std::vector<int> of_order, int64_t want) {
    int64_t gone = 0;
    std::ranges::sort(of_order, std::greater());
    for (int lot : of_order) {
      int64_t from_lot = std::min(want, lots[lot].size - lots[lot].reclaimed);
      want -= from_lot;
      lots[lot].reclaimed += from_lot;
      for (State state : {State::kOpen, State::kExpired}) {
        for (Point* p : human.points) {
          if (from_lot == 0) break;
          if (p->lot != lot || p->state != state) continue;
          p->state = State::kTaken;
          --from_lot;
        }
      }
      gone += from_lot;
    }
    auto others = spendable(human);
    std::vector<Point*> waiting;
    for (Point* p : human.points) {
      if (p->state == State::kOpen && !p->active) waiting.push_back(p);
    }
    std::ranges::stable_sort(waiting, {},
                             [&](Point* p) { return std::pair(lots[p->lot].active_at, p->lot); });
    others.insert(others.end(), waiting.begin(), waiting.end());
    for (Point* p : others) {
      if (gone == 0) return;
      p->state = State::kTaken;
      --gone;
    }
    if (currency->shortfall != Shortfall::kWriteOff) human.owed += gone;
  }

  std::string merge(const Command& c, Human& into, int64_t at) {
    const PersonId from_id = now_called(c.other), into_id = now_called(c.person);
    if (from_id == into_id) return "already_merged";
    Human& from = of(c.other);
    at = std::max(at, from.last);
    pass(from, at);
    pass(into, at);
    Past past{from_id, into_id, {}, {}, from.owed};
    for (Point* p : from.points) {
      past.lots.insert(p->lot);
      into.points.push_back(p);
    }
    std::ranges::stable_sort(into.points, {}, &Point::lot);
    for (auto& [id, spend] : from.spends) {
      past.spends.insert(id);
      into.spends[id] = spend;
    }
    hear_of_refunds(into, from);
    from.points.clear();
    from.spends.clear();
    into.owed += std::exchange(from.owed, 0);
    became[{currency->id, from_id}] = into_id;
    if (currency->shortfall == Shortfall::kNegative) pay_in_order(into);
    merges[c.id] = past;
    into.last = from.last = at;
    return "";
  }
  // The larger part of an order that anybody knows to be refunded is the true one.
  void hear_of_refunds(Human& human, const Human& from) {
    for (const auto& [key, theirs] : from.refunds) {
      auto& mine = human.refunds[key];
      const bool more = static_cast<long double>(theirs.first) * mine.second >
                        static_cast<long double>(mine.first) * theirs.second;
      if (theirs.second != 0 && (mine.second == 0 || more)) mine = theirs;
    }
  }
  // Points that stay spent here although their lot goes: others like them take their place.
  void leave_twins(Human& human, const Past& past) {
    std::vector<std::tuple<int64_t, std::string, SpendRecord*>> spends;
    for (auto& [id, spend] : human.spends) {
      if (!past.spends.contains(id)) spends.emplace_back(spend.at, id, &spend);
    }
    std::ranges::sort(spends);
    for (auto& [at, id, spend] : spends) {
      std::map<int, int> twins;
      for (Point*& p : spend->points) {
        if (spend->returned.contains(p) || !past.lots.contains(p->lot)) continue;
        if (!twins.contains(p->lot)) {
          twins[p->lot] = static_cast<int>(lots.size());
          lots.push_back({lots[p->lot].active_at, lots[p->lot].expires, 0});
        }
        all_points.push_back({.lot = twins[p->lot], .state = p->state, .active = true});
        ++lots[twins[p->lot]].size;
        p = &all_points.back();
        human.points.push_back(p);
      }
    }
  }
  // What came in pays what is owed, in the order of spending.
  void pay_in_order(Human& human) {
    for (Point* p : spendable(human)) {
      if (human.owed == 0) return;
      p->state = State::kSpent;
      --human.owed;
    }
  }
  std::string unmerge(const Command& c, Human& human, int64_t at) {
    if (!merges.contains(c.target)) return "unknown_merge";
    Past& past = merges[c.target];
    if (past.undone) return "already_undone";
    if (now_called(c.person) != past.into || now_called(past.into) != past.into ||
        !became.contains({currency->id, past.from}) ||
        became[{currency->id, past.from}] != past.into)
      return "merged_on";
    for (auto& [id, spend] : human.spends) {
      if (past.spends.contains(id)) continue;
      for (Point* p : spend.points) {
        if (spend.holds(p) && past.lots.contains(p->lot)) return "hold_open";
      }
    }
    Human& from = people[{currency->id, past.from}];
    at = std::max(at, from.last);
    pass(human, at);
    became.erase({currency->id, past.from});
    hear_of_refunds(from, human);
    leave_twins(human, past);
    std::erase_if(human.points, [&](Point* p) {
      if (!past.lots.contains(p->lot)) return false;
      from.points.push_back(p);
      return true;
    });
    for (const auto& id : past.spends) {
      if (!human.spends.contains(id)) continue;
      from.spends[id] = human.spends[id];
      human.spends.erase(id);
    }
    const int64_t owed = std::min(past.owed, human.owed);
    human.owed -= owed;
    from.owed += owed;
    if (owed > 0 && currency->shortfall == Shortfall::kNegative) pay_in_order(from);
    past.undone = true;
    human.last = from.last = at;
    return "";
  }
};

}  // namespace perennial::loyalty
