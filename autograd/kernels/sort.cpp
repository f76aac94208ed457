#include <autograd/kernels/parallel.hpp>
#include <autograd/kernels/sort.hpp>

#include <array>
#include <bit>
#include <concepts>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

namespace xtape::kernels {

namespace {

// An unsigned number in the order of the values, since whole numbers are compared without regard for nans and signs.
template <class T>
auto key_of(T value) {
  if constexpr (std::floating_point<T>) {
    using Key = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    constexpr Key sign = Key(1) << (8 * sizeof(T) - 1);
    if (value != value) return std::numeric_limits<Key>::max();
    const Key bits = std::bit_cast<Key>(value + T(0));  // -0 + 0 is 0
    return bits & sign ? static_cast<Key>(~bits) : static_cast<Key>(bits | sign);
  } else if constexpr (std::signed_integral<T>) {
    return static_cast<std::uint64_t>(value) ^ (std::uint64_t(1) << 63);
  } else {
    return static_cast<std::uint32_t>(value);
  }
}

template <class T>
const T* first_nan(const T* begin, const T* end) {
  if constexpr (!std::floating_point<T>) {
    return end;
  } else {
    return std::find_if(begin, end, [](T value) { return value != value; });
  }
}

// A key with the place that it came from, which decides between equal keys.
struct Packed {
  static constexpr unsigned key_bits = 32;
  Packed() = default;
  Packed(std::uint32_t key, std::size_t place) : both(std::uint64_t(key) << 32 | place) {}
  std::uint64_t key() const { return both >> 32; }
  std::size_t place() const { return both & 0xffffffffu; }
  bool operator<(Packed other) const { return both < other.both; }
  std::uint64_t both;
};
struct Pair {
  static constexpr unsigned key_bits = 64;
  Pair() = default;
  Pair(std::uint64_t key, std::size_t place) : first(key), second(place) {}
  std::uint64_t key() const { return first; }
  std::size_t place() const { return second; }
  bool operator<(const Pair& other) const {
    return first < other.first || (first == other.first && second < other.second);
  }
  std::uint64_t first;
  std::size_t second;
};

// The length from which on a row is sorted by the digits of its keys, in a time proportional to it.
template <class Item>
constexpr std::size_t long_row = 16 * Item::key_bits;

// Sorts items whose places ascend, from the lowest digit of their keys to the highest, each time keeping the order of
// those before. `spare` has the size of `items`.
template <class Item>
void radix_sort(std::vector<Item>& items, std::vector<Item>& spare) {
  constexpr unsigned digit_bits = 11;
  constexpr std::size_t digits = std::size_t{1} << digit_bits;
  for (unsigned shift = 0; shift < Item::key_bits; shift += digit_bits) {
    const auto digit = [shift](const Item& item) { return (item.key() >> shift) & (digits - 1); };
    std::array<std::size_t, digits> starts{};
    for (const Item& item : items) ++starts[digit(item)];
    if (starts[digit(items[0])] == items.size()) continue;
    std::size_t start = 0;
    for (std::size_t& count : starts) start += std::exchange(count, start);
    for (const Item& item : items) spare[starts[digit(item)]++] = item;
    items.swap(spare);
  }
}

// Calls `order(row, items)` for each row with its keys and places, as the smallest type that holds them. `reversed`
// keys run from the largest to the smallest.
template <class T, class Order>
void order_rows(const T* input, std::size_t rows, std::size_t width, bool reversed, const Order& order) {
  using Key = decltype(key_of(T()));
  const auto run = [&]<class Item>(std::type_identity<Item>) {
    parallel_for(rows, std::max<std::size_t>(1, parallel_grain / 16 / std::max<std::size_t>(width, 1)),
                 [&](std::size_t begin, std::size_t end) {
                   std::vector<Item> items(width);
                   for (std::size_t row = begin; row < end; ++row) {
                     const T* values = input + row * width;
                     for (std::size_t i = 0; i < width; ++i) {
                       const Key key = key_of(values[i]);
                       items[i] = Item(reversed ? static_cast<Key>(~key) : key, i);
                     }
                     order(row, items);
                   }
                 });
  };
  if (sizeof(Key) == 4 && width <= std::numeric_limits<std::uint32_t>::max()) {
    if constexpr (sizeof(Key) == 4) run(std::type_identity<Packed>{});
  } else {
    run(std::type_identity<Pair>{});
  }
}

// Writes the first `count` of the items of a row.
template <class T, class Items>
void write_items(const Items& items, const T* input, std::size_t count, T* values, std::int64_t* places) {
  for (std::size_t i = 0; values && i < count; ++i) values[i] = input[items[i].place()];
  for (std::size_t i = 0; places && i < count; ++i) places[i] = static_cast<std::int64_t>(items[i].place());
}

template <class T>
T* row_of(T* array, std::size_t row, std::size_t width) {
  return array ? array + row * width : nullptr;
}

}  // namespace

template <class T>
void sort_rows(const T* input, std::size_t rows, std::size_t width, bool descending, T* values, std::int64_t* places) {
  order_rows(input, rows, width, descending, [=](std::size_t row, auto& items) {
    using Item = typename std::remove_cvref_t<decltype(items)>::value_type;
    if (width < long_row<Item>) {
      std::sort(items.begin(), items.end());
    } else {
      std::vector<Item> spare(width);
      radix_sort(items, spare);
    }
    write_items(items, input + row * width, width, row_of(values, row, width), row_of(places, row, width));
  });
}

template <class T>
void top_of_rows(const T* input, std::size_t rows, std::size_t width, std::size_t k, bool largest, bool sorted,
                 T* values, std::int64_t* places) {
  order_rows(input, rows, width, largest, [=](std::size_t row, auto& items) {
    const auto end = items.begin() + static_cast<std::ptrdiff_t>(k);
    if (end != items.end()) std::nth_element(items.begin(), end, items.end());
    if (sorted) std::sort(items.begin(), end);
    write_items(items, input + row * width, k, row_of(values, row, k), row_of(places, row, k));
  });
}

template <class T>
void rank_in_rows(const T* input, std::size_t rows, std::size_t width, std::size_t rank, std::size_t count,
                  std::int64_t* places) {
  order_rows(input, rows, width, false, [=](std::size_t row, auto& items) {
    const T* values = input + row * width;
    std::int64_t* to = places + row * count;
    const T* nan = first_nan(values, values + width);
    if (nan != values + width) {
      std::fill(to, to + count, nan - values);
      return;
    }
    const auto at = items.begin() + static_cast<std::ptrdiff_t>(rank);
    std::nth_element(items.begin(), at, items.end());
    to[0] = static_cast<std::int64_t>(at->place());
    if (count == 2) to[1] = static_cast<std::int64_t>(std::min_element(at + 1, items.end())->place());
  });
}

template <class T>
std::size_t unite_equal(T* values, std::size_t count) {
  const auto same = [](T a, T b) { return key_of(a) == key_of(b); };
  return static_cast<std::size_t>(std::unique(values, values + count, same) - values);
}

#define XTAPE_ORDERS(T)                                                                                      \
  template void sort_rows(const T*, std::size_t, std::size_t, bool, T*, std::int64_t*);                      \
  template void top_of_rows(const T*, std::size_t, std::size_t, std::size_t, bool, bool, T*, std::int64_t*); \
  template void rank_in_rows(const T*, std::size_t, std::size_t, std::size_t, std::size_t, std::int64_t*);   \
  template std::size_t unite_equal(T*, std::size_t);
XTAPE_ORDERS(bool)
XTAPE_ORDERS(std::uint8_t)
XTAPE_ORDERS(std::int64_t)
XTAPE_ORDERS(float)
XTAPE_ORDERS(double)
#undef XTAPE_ORDERS

}  // namespace xtape::kernels
