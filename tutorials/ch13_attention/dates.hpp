#pragma once

// Dates as people write them, drawn at random, with the answer that a program would like.

#include <autograd/random.hpp>

#include <array>
#include <cctype>
#include <string>

namespace dates {

using namespace xtape;

inline constexpr std::array months = {"january", "february", "march",     "april",   "may",      "june",
                                      "july",    "august",   "september", "october", "november", "december"};

inline std::string upper_case(std::string text, std::size_t letters) {
  for (std::size_t i = 0; i < letters; ++i) text[i] = static_cast<char>(std::toupper(text[i]));
  return text;
}

struct Date {
  std::string written, iso;
};

inline std::string two_digits(std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); }

// A day from 1970 to 2019 in one of six ways to write it.
inline Date random_date(random::Generator& draw) {
  const auto year = static_cast<std::int64_t>(1970 + draw.below(50)),
             day = static_cast<std::int64_t>(1 + draw.below(28));
  const std::size_t month = draw.below(12);
  const std::string d = std::to_string(day), y = std::to_string(year), m = std::to_string(month + 1);
  const std::string name = months[month], capital = upper_case(name, 1), three = name.substr(0, 3);
  const std::array ways = {name + " " + d + ", " + y,       capital + " " + d + ", " + y,
                           d + " " + capital + " " + y,     upper_case(three, 3) + " " + d + ", " + y,
                           m + "/" + d + "/" + y.substr(2), d + " " + upper_case(three, 1) + " " + y};
  return {ways[draw.below(6)], y + "-" + two_digits(static_cast<std::int64_t>(month) + 1) + "-" + two_digits(day)};
}

}  // namespace dates
