// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/http_time.hpp>

#include "http_text.hpp"

#include <array>  // array
#include <cmath>  // isfinite

ARAMID_BEGIN

namespace {

using detail::is_digit;

// Reads a plain decimal such as "12.5" off the front of `text`; neither sign nor exponent.
std::optional<double> take_decimal(std::string_view& text) noexcept {
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  double value = 0;
  const auto [end, problem] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (problem != std::errc{} || !std::isfinite(value)) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

Duration times(double count, Duration unit) noexcept {
  const long double ns = static_cast<long double>(count) * static_cast<long double>(unit.count());
  if (ns >= static_cast<long double>(longest_hint.count())) return longest_hint;
  return Duration{static_cast<Duration::rep>(ns + 0.5L)};
}

struct Unit {
  std::string_view text;
  Duration length;
};

// Longer spellings first, so that "ms" is not read as "m".
constexpr std::array units{
    Unit{"milliseconds", std::chrono::milliseconds{1}},
    Unit{"millisecond", std::chrono::milliseconds{1}},
    Unit{"seconds", std::chrono::seconds{1}},
    Unit{"second", std::chrono::seconds{1}},
    Unit{"minutes", std::chrono::minutes{1}},
    Unit{"minute", std::chrono::minutes{1}},
    Unit{"hours", std::chrono::hours{1}},
    Unit{"hour", std::chrono::hours{1}},
    Unit{"days", std::chrono::hours{24}},
    Unit{"day", std::chrono::hours{24}},
    Unit{"mins", std::chrono::minutes{1}},
    Unit{"min", std::chrono::minutes{1}},
    Unit{"secs", std::chrono::seconds{1}},
    Unit{"sec", std::chrono::seconds{1}},
    Unit{"hrs", std::chrono::hours{1}},
    Unit{"hr", std::chrono::hours{1}},
    Unit{"ms", std::chrono::milliseconds{1}},
    Unit{"us", std::chrono::microseconds{1}},
    Unit{"\xC2\xB5s", std::chrono::microseconds{1}},
    Unit{"\xCE\xBCs", std::chrono::microseconds{1}},
    Unit{"ns", std::chrono::nanoseconds{1}},
    Unit{"d", std::chrono::hours{24}},
    Unit{"h", std::chrono::hours{1}},
    Unit{"m", std::chrono::minutes{1}},
    Unit{"s", std::chrono::seconds{1}},
};

std::optional<Duration> take_unit(std::string_view& text) noexcept {
  for (const Unit& unit : units) {
    if (!detail::istarts_with(text, unit.text)) continue;
    const std::string_view rest = text.substr(unit.text.size());
    const bool word_goes_on =
        !rest.empty() && detail::lower(rest.front()) >= 'a' && detail::lower(rest.front()) <= 'z';
    if (word_goes_on) continue;
    text = rest;
    return unit.length;
  }
  return std::nullopt;
}

void skip(std::string_view& text, std::string_view word) noexcept {
  if (detail::istarts_with(text, word)) text.remove_prefix(word.size());
}

void skip_spaces(std::string_view& text) noexcept {
  while (text.starts_with(' ')) text.remove_prefix(1);
}

// Reads as many "number unit" pairs as there are, in a sentence also with words between them; a single bare number
// is seconds.
std::optional<Duration> take_duration(std::string_view& text, bool sentence) noexcept {
  Duration sum{0};
  Duration last = Duration::max();
  bool any = false;
  std::string_view next = text;
  while (!next.empty() && is_digit(next.front())) {
    std::string_view rest = next;
    const auto count = take_decimal(rest);
    if (!count) return std::nullopt;
    std::string_view after = rest;
    if (sentence) skip_spaces(after);
    if (const auto unit = take_unit(after)) {
      // "5s, 10s at most" is no sum.
      if (sentence && *unit >= last) break;
      last = *unit;
      sum = saturating_add(sum, times(*count, *unit));
      text = next = after;
      any = true;
      if (sentence) {
        skip(next, ",");
        skip_spaces(next);
        skip(next, "and ");
      }
      continue;
    }
    if (any) break;
    const bool bare = rest.empty() || (sentence && (rest.front() == '.' || rest.front() == ','));
    if (!bare) return std::nullopt;
    text = rest;
    return times(*count, std::chrono::seconds{1});
  }
  if (!any) return std::nullopt;
  return std::min(sum, longest_hint);
}

// Reads exactly `digits` digits at `at`.
std::optional<int> digits_at(std::string_view text, std::size_t at, std::size_t digits) noexcept {
  if (at + digits > text.size()) return std::nullopt;
  int value = 0;
  for (std::size_t i = at; i < at + digits; ++i) {
    if (!is_digit(text[i])) return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

std::optional<int> month_at(std::string_view text, std::size_t at) noexcept {
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (at + 3 > text.size()) return std::nullopt;
  for (int i = 0; i < 12; ++i) {
    if (months.substr(static_cast<std::size_t>(i) * 3, 3) == text.substr(at, 3)) return i + 1;
  }
  return std::nullopt;
}

std::optional<WallTime> make_time(std::optional<int> year, std::optional<int> month, std::optional<int> day,
                                  std::optional<int> hour, std::optional<int> minute,
                                  std::optional<int> second) noexcept {
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  // Outside these years the nanoseconds of WallTime would overflow.
  if (!date.ok() || *year < 1700 || *year > 2250 || *hour > 23 || *minute > 59 || *second > 60)
    return std::nullopt;
  return WallTime{std::chrono::sys_days{date}} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
         std::chrono::seconds{*second};
}

std::optional<WallTime> time_of_day(std::optional<int> year, std::optional<int> month, std::optional<int> day,
                                    std::string_view text, std::size_t at) noexcept {
  if (at + 8 > text.size() || text[at + 2] != ':' || text[at + 5] != ':') return std::nullopt;
  return make_time(year, month, day, digits_at(text, at, 2), digits_at(text, at + 3, 2),
                   digits_at(text, at + 6, 2));
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) noexcept {
  text = detail::trim(text);
  const auto duration = take_duration(text, false);
  return text.empty() ? duration : std::nullopt;
}

std::optional<Duration> parse_decimal(std::string_view text, Duration unit) noexcept {
  text = detail::trim(text);
  const auto count = take_decimal(text);
  if (!count || !text.empty()) return std::nullopt;
  return times(*count, unit);
}

std::optional<WallTime> parse_http_date(std::string_view text) noexcept {
  text = detail::trim(text);
  const std::size_t comma = text.find(',');
  if (comma == std::string_view::npos) {  // Sun Nov  6 08:49:37 1994
    if (text.size() != 24) return std::nullopt;
    const auto day = text[8] == ' ' ? digits_at(text, 9, 1) : digits_at(text, 8, 2);
    return time_of_day(digits_at(text, 20, 4), month_at(text, 4), day, text, 11);
  }
  if (!text.ends_with(" GMT") && !text.ends_with(" UTC")) return std::nullopt;
  text = detail::trim(text.substr(comma + 1));
  if (text.size() == 24) {  // 06 Nov 1994 08:49:37 GMT
    return time_of_day(digits_at(text, 7, 4), month_at(text, 3), digits_at(text, 0, 2), text, 12);
  }
  if (text.size() == 22 && text[2] == '-') {  // 06-Nov-94 08:49:37 GMT
    auto year = digits_at(text, 7, 2);
    if (year) *year += *year < 70 ? 2000 : 1900;
    return time_of_day(year, month_at(text, 3), digits_at(text, 0, 2), text, 10);
  }
  return std::nullopt;
}

std::optional<WallTime> parse_rfc3339(std::string_view text) noexcept {
  text = detail::trim(text);
  if (text.size() < 20 || text[4] != '-' || text[7] != '-') return std::nullopt;
  if (detail::lower(text[10]) != 't' && text[10] != ' ') return std::nullopt;
  auto time = time_of_day(digits_at(text, 0, 4), digits_at(text, 5, 2), digits_at(text, 8, 2), text, 11);
  if (!time) return std::nullopt;
  std::string_view rest = text.substr(19);
  if (rest.starts_with('.')) {
    Duration digit = std::chrono::milliseconds{100};
    rest.remove_prefix(1);
    if (rest.empty() || !is_digit(rest.front())) return std::nullopt;
    for (; !rest.empty() && is_digit(rest.front()); rest.remove_prefix(1), digit /= 10) {
      *time += digit * (rest.front() - '0');
    }
  }
  if (rest == "Z" || rest == "z") return time;
  if (rest.size() != 6 || (rest[0] != '+' && rest[0] != '-') || rest[3] != ':') return std::nullopt;
  const auto hours = digits_at(rest, 1, 2);
  const auto minutes = digits_at(rest, 4, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const Duration offset = std::chrono::hours{*hours} + std::chrono::minutes{*minutes};
  return rest[0] == '+' ? *time - offset : *time + offset;
}

std::optional<Duration> find_delay(std::string_view sentence) noexcept {
  constexpr std::array<std::string_view, 8> openings{"try again in ",    "retry in ",    "retry after ",
                                                     "try again after ", "reset after ", "resets in ",
                                                     "reset in ",        "please wait "};
  for (const std::string_view opening : openings) {
    for (std::size_t at = detail::ifind(sentence, opening); at != std::string_view::npos;
         at = detail::ifind(sentence, opening, at + 1)) {
      std::string_view rest = sentence.substr(at + opening.size());
      for (const std::string_view hedge : {"about ", "approximately ", "~"}) skip(rest, hedge);
      if (const auto delay = take_duration(rest, true)) return delay;
    }
  }
  return std::nullopt;
}

ARAMID_END
