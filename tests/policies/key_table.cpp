// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What Keyed looks its keys up in, against what a map would say.

#include <aramid/policies/key_table.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "support/catch.hpp"

using namespace aramid;
using namespace std::chrono_literals;

namespace {

using detail::Key;
using Table = detail::KeyTable<std::string>;

/// Of every length from nothing to far beyond what a key keeps inside; close to each other, and with zeros.
std::vector<std::string> awkward_texts() {
  std::vector<std::string> texts;
  for (std::size_t size = 0; size <= 40; ++size) {
    texts.push_back(std::string(size, 'a'));
    texts.push_back(std::string(size, '\0') + "a");
    for (std::size_t i = 0; i < size; ++i) {
      for (const char other : {'\0', 'b', '\xE1'}) {
        texts.push_back(std::string(size, 'a'));
        texts.back()[i] = other;
      }
    }
  }
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  return texts;
}

/// Into how many of 2^bits places `count` keys fall, by the highest bits of the hash and by those in its middle.
template <class KeyOf>
std::array<std::size_t, 2> places(unsigned bits, int count, KeyOf key_of) {
  static const char here = 0;
  const detail::KeyHash hash{&here};
  std::array<std::vector<bool>, 2> taken{std::vector<bool>(1U << bits), std::vector<bool>(1U << bits)};
  for (int i = 0; i < count; ++i) {
    const std::uint64_t value = hash(key_of(i));
    taken[0][value >> (64 - bits)] = true;
    taken[1][(value >> 32U) % (1U << bits)] = true;
  }
  const auto used = [](const std::vector<bool>& of) {
    return static_cast<std::size_t>(std::count(of.begin(), of.end(), true));
  };
  return {used(taken[0]), used(taken[1])};
}

struct Keys {
  Table table;

  explicit Keys(std::size_t most) : table{most} {}

  /// The value of `key`, which is `name` for a new one.
  std::string ask(const Key& key, const std::string& name, Instant now) {
    Table::Pin pin = table.find(key, now);
    if (pin == nullptr) {
      pin = table.insert(
          key, now, [&](std::optional<std::string>& place) { place.emplace(name); },
          [&](const std::string&, Instant) { return true; });
    }
    if (pin == nullptr) return "crowded";
    std::string value = Table::value(pin);
    Table::unpin(pin);
    return value;
  }
  bool knows(const Key& key) {
    Table::Pin pin = table.find(key, Instant::min());
    if (pin != nullptr) Table::unpin(pin);
    return pin != nullptr;
  }
};

}  // namespace

TEST_CASE("keys are equal when their texts or numbers are, also where they only keep an address") {
  const std::vector<std::string> texts = awkward_texts();
  const std::vector<std::string> others = texts;
  int wrong = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    for (std::size_t j = 0; j < others.size(); ++j) {
      const bool equal = Key{std::string_view{texts[i]}} == Key{std::string_view{others[j]}};
      wrong += equal != (i == j) ? 1 : 0;
    }
  }
  CHECK(wrong == 0);
  CHECK(Key{std::uint64_t{7}} == Key{std::uint64_t{7}});
  CHECK(Key{std::uint64_t{7}} != Key{std::uint64_t{8}});
  CHECK(Key{std::uint64_t{0}} != Key{std::string_view{}});
  CHECK(Key{std::uint64_t{'a'}} != Key{std::string_view{"a"}});
}

TEST_CASE("a key's own copy outlives the text") {
  for (const std::size_t size : {3, 15, 16, 1000}) {
    std::string text(size, 'x');
    Key own = Key::copy_of(Key{std::string_view{text}});
    CHECK(own == Key{std::string_view{text}});
    text[size - 1] = 'y';
    CHECK(own != Key{std::string_view{text}});
    own.destroy();
  }
}

TEST_CASE("keys that are close to each other spread as if they were drawn by lot") {
  // 2^12 keys drawn by lot fall into 1 - 1/e of 2^12 places: 2589, give or take 22.
  constexpr unsigned bits = 12;
  constexpr int count = 1 << bits;
  const auto check = [&](auto key_of) {
    for (const std::size_t used : places(bits, count, key_of)) {
      CHECK(used > 2589 - 6 * 22);
      CHECK(used < 2589 + 6 * 22);
    }
  };
  check([](int i) { return Key{static_cast<std::uint64_t>(i)}; });
  check([](int i) { return Key{static_cast<std::uint64_t>(i) * 4096}; });
  check([](int i) { return Key{static_cast<std::uint64_t>(i) << 50U}; });
  std::string text;
  for (const std::string prefix : {"", "tenant-", "https://api.example.com/v1/", "exactly 16 bytes"}) {
    for (const std::string suffix : {"", "-eu", "/chat/completions"}) {
      check([&](int i) {
        text = prefix + std::to_string(1'000'000 + i) + suffix;
        return Key{std::string_view{text}};
      });
    }
  }
}

TEST_CASE("as keys come and go each finds its own value, and the one not used for longest goes") {
  for (const std::size_t most : {1U, 2U, 3U, 12U, 48U}) {
    Keys keys{most};
    std::map<std::string, std::pair<Instant, std::string>> model;  // when it was used last, and its value
    SplitMix64 draw{most};
    Instant now{1h};
    int wrong = 0;
    for (int i = 0; i < 4'000; ++i) {
      now += 10ms;
      const std::uint64_t number = draw() % (2 * most + 2);
      // Long and short keys take each other's places.
      const std::string text =
          std::to_string(number) + (number % 3 == 0 ? " that is longer than it needs to be" : "");
      if (const auto known = model.find(text); known != model.end()) {
        known->second.first = now;
      } else {
        if (model.size() == most) {
          model.erase(std::min_element(model.begin(), model.end(), [](const auto& a, const auto& b) {
            return a.second.first < b.second.first;
          }));
        }
        model[text] = {now, std::to_string(i)};
      }
      if (keys.ask(Key{std::string_view{text}}, std::to_string(i), now) != model[text].second) ++wrong;
      if (i % 50 != 0) continue;
      for (std::uint64_t k = 0; k < 2 * most + 2; ++k) {
        const std::string other =
            std::to_string(k) + (k % 3 == 0 ? " that is longer than it needs to be" : "");
        if (keys.knows(Key{std::string_view{other}}) != model.contains(other)) ++wrong;
      }
    }
    CHECK(wrong == 0);
    CHECK(keys.table.size() == most);
  }
}

TEST_CASE("which key was used last is known across the point where the ticks go round") {
  // 2^31 and 2^32 ticks of 2^22 ns.
  for (const Instant edge :
       {Instant{Duration{std::int64_t{1} << 53U}}, Instant{Duration{std::int64_t{1} << 54U}}}) {
    Keys keys{2};
    const Key a{std::string_view{"a"}};
    const Key b{std::string_view{"b"}};
    (void)keys.ask(a, "a", edge - 1s);
    (void)keys.ask(b, "b", edge + 1s);
    (void)keys.ask(Key{std::string_view{"c"}}, "c", edge + 2s);
    CHECK_FALSE(keys.knows(a));
    CHECK(keys.knows(b));
  }
}
