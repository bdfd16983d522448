// Members as Roaring bitmaps.
#include <roaring/roaring.h>

#include "segments/saved.h"

namespace perennial::segments {
namespace {

struct Free {
  void operator()(roaring_bitmap_t* bitmap) const { roaring_bitmap_free(bitmap); }
};
using Bitmap = std::unique_ptr<roaring_bitmap_t, Free>;

}  // namespace

std::string pack(const People& people) {
  const Bitmap bitmap(roaring_bitmap_create());
  std::vector<uint32_t> places;
  for (size_t bucket = 0; bucket < people.size(); ++bucket) {
    places.clear();
    people[bucket].for_each([&](uint32_t place) {
      places.push_back(static_cast<uint32_t>(bucket * kBucketPeople) + place);
    });
    roaring_bitmap_add_many(bitmap.get(), places.size(), places.data());
  }
  roaring_bitmap_run_optimize(bitmap.get());
  std::string out(roaring_bitmap_portable_size_in_bytes(bitmap.get()), '\0');
  roaring_bitmap_portable_serialize(bitmap.get(), out.data());
  return out;
}

Result<People> unpack(std::string_view bytes) {
  const Bitmap bitmap(roaring_bitmap_portable_deserialize_safe(bytes.data(), bytes.size()));
  if (bitmap == nullptr) return fail(Code::kInternal, "the members of a segment are damaged");
  People people;
  roaring_iterate(
      bitmap.get(),
      [](uint32_t place, void* into) {
        put(*static_cast<People*>(into), static_cast<PersonId>(place), true);
        return true;
      },
      &people);
  return people;
}

}  // namespace perennial::segments
