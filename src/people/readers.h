// For readers of many people at once, in no promised order, and of how people came together.
#pragma once

#include "people/people.h"

namespace perennial::people {

// The orders and refunds of these people.
Result<void> each_order_of(store::Connection& c, std::span<const PersonId> people,
                           const std::function<void(const Order&)>& each);
// The same with the refunds of an order one by one, each at its own time and with what it gave
// back; lines and quantity are those of all of them. Oldest first for an order.
Result<void> each_order_and_refund_of(store::Connection& c, std::span<const PersonId> people,
                                      const std::function<void(const Order&)>& each);
// The same of orders with these ids, whosever and of whatever source.
Result<void> each_order_and_refund_called(store::Connection& c,
                                          std::span<const std::string> order_ids,
                                          const std::function<void(const Order&)>& each);
// Their traits (a JSON object).
Result<void> each_traits_of(store::Connection& c, std::span<const PersonId> people,
                            const std::function<void(PersonId, const std::string& traits)>& each);
// What a trait has in such an object; null where it is not there.
Json trait_in(std::string_view traits, std::string_view name);
// The text that it has; nothing where it is no text.
std::optional<std::string> text_trait(std::string_view traits, std::string_view name);
// Those of them who were erased.
Result<std::vector<PersonId>> erased_among(store::Connection& c, std::span<const PersonId> people);
// The numbers that these people have now, each once, ascending; a number of nobody stays.
Result<std::vector<PersonId>> current_people(store::Connection& c,
                                             std::span<const PersonId> people);
// Those of them who are there under this number: neither erased nor joined to somebody else.
Result<std::vector<PersonId>> present_among(store::Connection& c, std::span<const PersonId> people);
// The last word of everybody on one trait, with the time of it; by ascending person. Who has taken
// the trait away is left out.
Result<void> each_word_on(
    store::Connection& c, std::string_view trait,
    const std::function<void(PersonId, const std::string& json, int64_t at_ms)>& each);
// The moves by which these people went to others as a whole, ascending; each names the user who was
// the first of its number (or the visitor, where nobody was a user).
Result<std::vector<Move>> joins_of(store::Connection& c, std::span<const PersonId> gone);
// Those by which others went to these people as a whole, ascending.
Result<std::vector<Move>> joins_into(store::Connection& c, std::span<const PersonId> people);
// The moves of these numbers, ascending.
Result<std::vector<Move>> moves_by_id(store::Connection& c, std::span<const int64_t> ids);

}  // namespace perennial::people
