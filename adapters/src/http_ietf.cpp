// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Source: draft-ietf-httpapi-ratelimit-headers, its tenth version with structured fields (RFC 9651) and its seventh
// with a dictionary. A field that is malformed counts as absent.

#include "http_quota.hpp"
#include "http_text.hpp"

#include <algorithm>  // min

ARAMID_BEGIN

namespace detail {

namespace {

// One member of a list, with the parameters that are known here.
struct Item {
  std::string_view name;
  std::string_view unit;
  std::int64_t remaining = -1;
  std::int64_t quota = -1;
  std::int64_t seconds = -1;  // until the reset
  std::int64_t window = -1;   // in seconds
};

bool is_letter(char c) noexcept { return lower(c) >= 'a' && lower(c) <= 'z'; }

/// Reads a field from the front to the back. False from any of it: malformed.
class FieldReader {
 public:
  explicit FieldReader(std::string_view text) noexcept : rest_{trim(text)} {}

  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }

  bool take(char c) noexcept {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void skip_spaces() noexcept {
    while (take(' ') || take('\t')) {
    }
  }

  bool key(std::string_view& key) noexcept {
    const auto begins = [](char c) { return (c >= 'a' && c <= 'z') || c == '*'; };
    if (rest_.empty() || !begins(rest_.front())) return false;
    return run(key, [&](char c) { return begins(c) || is_digit(c) || c == '_' || c == '-' || c == '.'; });
  }

  // A string without its quotes, a token, a number, a byte sequence or a boolean.
  bool value(std::string_view& value) noexcept {
    if (rest_.empty()) return false;
    const char first = rest_.front();
    if (first == '"') return string(value);
    if (is_digit(first) || first == '-')
      return run(value, [](char c) { return is_digit(c) || c == '-' || c == '.'; });
    if (is_letter(first) || first == '*')
      return run(value, [](char c) { return c > ' ' && c < 0x7F && !contains("\"(),;<=>?@[\\]{}", c); });
    if (first == ':') {
      rest_.remove_prefix(1);
      (void)run(value, [](char c) { return is_letter(c) || is_digit(c) || contains("+/=", c); });
      return take(':');
    }
    return take('?') && run(value, [](char c) { return c == '0' || c == '1'; });
  }

 private:
  static bool contains(std::string_view set, char c) noexcept {
    return set.find(c) != std::string_view::npos;
  }

  template <class Belongs>
  bool run(std::string_view& taken, Belongs belongs) noexcept {
    std::size_t size = 0;
    while (size < rest_.size() && belongs(rest_[size])) ++size;
    taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return size > 0;
  }

  bool string(std::string_view& value) noexcept {
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '\\') {
        ++i;
      } else if (rest_[i] == '"') {
        value = rest_.substr(1, i - 1);
        rest_.remove_prefix(i + 1);
        return true;
      }
    }
    return false;
  }

  std::string_view rest_;
};

std::int64_t whole(std::string_view text) noexcept {
  return std::max<std::int64_t>(to_integer(text).value_or(-1), -1);
}

bool read_item(FieldReader& reader, Item& item) noexcept {
  if (!reader.value(item.name)) return false;
  while (reader.take(';')) {
    std::string_view key;
    std::string_view value;
    reader.skip_spaces();
    if (!reader.key(key)) return false;
    if (reader.take('=') && !reader.value(value)) return false;
    if (key == "r") item.remaining = whole(value);
    if (key == "q") item.quota = whole(value);
    if (key == "t") item.seconds = whole(value);
    if (key == "w") item.window = whole(value);
    if (key == "qu") item.unit = value;
  }
  return true;
}

struct ItemList {
  std::array<Item, 8> items{};
  std::size_t count = 0;

  explicit ItemList(std::string_view text) noexcept {
    FieldReader reader{text};
    if (reader.at_end()) return;
    std::size_t read = 0;
    do {
      reader.skip_spaces();
      Item item;
      if (!read_item(reader, item)) return;
      if (read < items.size()) items[read++] = item;
      reader.skip_spaces();
    } while (reader.take(','));
    if (reader.at_end()) count = read;
  }

  [[nodiscard]] const Item* find(std::string_view name) const noexcept {
    for (std::size_t i = 0; i < count; ++i) {
      if (items[i].name == name) return &items[i];
    }
    return nullptr;
  }
};

Duration seconds(std::int64_t count) noexcept {
  if (count < 0) return Duration{-1};
  return std::min(saturating_mul(std::chrono::seconds{1}, count), longest_hint);
}

void add(QuotaReports& reports, const Item& state, const Item& policy) noexcept {
  constexpr std::int64_t day = 86400;
  const bool tokens = iequals(policy.unit, "tokens");
  if (!policy.unit.empty() && !tokens && !iequals(policy.unit, "requests")) return;
  Quota quota = tokens ? Quota::tokens : Quota::requests;
  if (policy.window >= day) quota = tokens ? Quota::tokens_day : Quota::requests_day;
  if (policy.window > day) quota = Quota::longer;
  reports.add(quota, {.limit = policy.quota, .remaining = state.remaining, .reset = seconds(state.seconds)});
}

// limit=100, remaining=50, reset=30
void read_dictionary(QuotaReports& reports, std::string_view text) noexcept {
  QuotaHint hint;
  FieldReader reader{text};
  do {
    std::string_view key;
    std::string_view value;
    reader.skip_spaces();
    if (!reader.key(key) || !reader.take('=') || !reader.value(value)) return;
    if (key == "limit") hint.limit = whole(value);
    if (key == "remaining") hint.remaining = whole(value);
    if (key == "reset") hint.reset = seconds(whole(value));
    reader.skip_spaces();
  } while (reader.take(','));
  if (reader.at_end()) reports.add(Quota::requests, hint);
}

}  // namespace

void read_ietf_quotas(QuotaReports& reports, const HttpHeaders& headers) noexcept {
  const std::string_view field = headers.find("ratelimit").value_or(std::string_view{});
  const ItemList states{field};
  const ItemList policies{headers.find("ratelimit-policy").value_or(std::string_view{})};
  const bool alone = states.count == 1 && policies.count == 1;
  for (std::size_t i = 0; i < states.count; ++i) {
    const Item& state = states.items[i];
    const Item* policy = alone ? policies.items.data() : policies.find(state.name);
    add(reports, state, policy != nullptr ? *policy : Item{});
  }
  if (states.count > 0) return;
  for (std::size_t i = 0; i < policies.count; ++i) add(reports, Item{}, policies.items[i]);
  read_dictionary(reports, field);
}

}  // namespace detail

ARAMID_END
