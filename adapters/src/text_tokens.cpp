// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What tokenizers make of text, in hundredths of a token. The weights were chosen so that of the o200k, Llama 3,
// Gemma 3 and Qwen 3 vocabularies none needs more for ordinary text of any script: docs/token-estimate.md.

#include <aramid/adapters/chat.hpp>

#include <algorithm>  // max
#include <array>      // array
#include <cstdint>    // uint8_t, uint32_t

ARAMID_BEGIN

namespace {

enum class Kind : std::uint8_t { letter, digit, space, mark, other };

constexpr std::int64_t token = 100;
constexpr std::int64_t word = 50;    // for the beginning of a word, and of the parts ofOneLikeThis
constexpr std::int64_t letter = 22;  // of the Latin alphabet
constexpr std::int64_t capital = 8;  // more for a capital
constexpr std::int64_t random = 30;  // more for a letter so far into a run without a gap that it is no word
constexpr std::size_t longest_word = 16;
constexpr std::int64_t digit = 100;  // Gemma and Qwen make a token of each, the others of three
constexpr std::int64_t mark = 100;   // punctuation
constexpr std::int64_t further =
    25;  // punctuation after punctuation, which vocabularies have whole strings of
constexpr std::int64_t repeated = 6;  // the same again
constexpr std::int64_t blanks = 32;   // a token has room for so many

struct Script {
  std::uint32_t last;  // code point
  std::int64_t cost;   // of one
};

// By the last code point of each range, after ASCII.
constexpr std::array scripts{
    Script{0x00BF, 100},   // Latin-1 punctuation
    Script{0x024F, 115},   // Latin letters with marks
    Script{0x02FF, 150},   // phonetic
    Script{0x036F, 100},   // combining marks
    Script{0x03FF, 102},   // Greek
    Script{0x052F, 42},    // Cyrillic
    Script{0x058F, 215},   // Armenian
    Script{0x05FF, 118},   // Hebrew
    Script{0x077F, 60},    // Arabic
    Script{0x08FF, 110},   // Syriac and others of that family
    Script{0x097F, 116},   // Devanagari
    Script{0x0DFF, 152},   // the other scripts of India
    Script{0x0E7F, 70},    // Thai
    Script{0x10FF, 215},   // Lao, Tibetan, Burmese, Georgian
    Script{0x11FF, 150},   // Korean letters on their own
    Script{0x1DFF, 215},   // Ethiopic, Cherokee, Khmer, Mongolian
    Script{0x1EFF, 80},    // Vietnamese
    Script{0x1FFF, 150},   // ancient Greek
    Script{0x206F, 100},   // dashes, quotation marks
    Script{0x2BFF, 195},   // currencies, arrows, mathematics, dingbats
    Script{0x2E7F, 190},   // rare scripts
    Script{0x303F, 100},   // Chinese and Japanese punctuation
    Script{0x30FF, 90},    // kana
    Script{0x33FF, 150},   // enclosed
    Script{0x4DBF, 200},   // rare Han
    Script{0x9FFF, 110},   // Han
    Script{0xABFF, 190},   // Yi and others
    Script{0xD7FF, 100},   // Hangul
    Script{0xFFFF, 120},   // compatibility forms
    Script{0x1FFFF, 255},  // rare scripts, emoji
    Script{0x10FFFF, 300},
};

// `at`: where the last one was found; text stays with its script.
constexpr std::int64_t cost_of(std::uint32_t point, std::size_t& at) noexcept {
  const bool again = point <= scripts[at].last && (at == 0 || point > scripts[at - 1].last);
  if (!again) {
    at = 0;
    while (scripts[at].last < point) ++at;
  }
  return scripts[at].cost;
}

constexpr bool continues(char c) noexcept { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// Takes one character that is not ASCII from the front; a byte that is not UTF-8 is one of its own, and its code
// point 0.
std::uint32_t take_point(std::string_view text, std::size_t& at) noexcept {
  const auto first = static_cast<unsigned char>(text[at++]);
  const unsigned more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
  if (first < 0xC2 || first > 0xF4 || at + more > text.size()) return 0;
  std::uint32_t point = first & (0x3FU >> more);
  for (unsigned i = 0; i < more; ++i) {
    if (!continues(text[at + i])) return 0;
    point = point << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
  }
  constexpr std::uint32_t least[] = {0x80, 0x800, 0x10000};
  if (point < least[more - 1] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return 0;
  at += more;
  return point;
}

constexpr bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }

constexpr Kind tell_kind(char c) noexcept {
  if ((c >= 'a' && c <= 'z') || is_upper(c)) return Kind::letter;
  if (c >= '0' && c <= '9') return Kind::digit;
  if (c == ' ' || (c >= '\t' && c <= '\r')) return Kind::space;
  return static_cast<unsigned char>(c) < 0x80 ? Kind::mark : Kind::other;
}

constexpr auto kinds = [] {
  std::array<Kind, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = tell_kind(static_cast<char>(i));
  return table;
}();

constexpr Kind kind_of(char c) noexcept { return kinds[static_cast<unsigned char>(c)]; }

}  // namespace

std::int64_t estimate_text(std::string_view text) noexcept {
  std::int64_t cost = 0;
  Kind before = Kind::space;
  std::size_t gap = 0;  // where the last run of letters and digits begins
  std::size_t script = 0;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    const Kind kind = kind_of(c);
    switch (kind) {
      case Kind::letter: {
        const bool capitals = is_upper(c);
        if (before != Kind::letter || (capitals && !is_upper(text[i - 1]))) cost += word;
        const std::size_t begin = i++;
        while (i < text.size() && text[i] >= 'a' && text[i] <= 'z') ++i;
        cost += letter * static_cast<std::int64_t>(i - begin);
        if (capitals) cost += capital;
        const std::size_t far = std::max(begin, gap + longest_word);
        if (i > far) cost += random * static_cast<std::int64_t>(i - far);
        break;
      }
      case Kind::digit:
        cost += digit;
        ++i;
        break;
      case Kind::mark:
        cost += before != Kind::mark ? mark : c == text[i - 1] ? repeated : further;
        gap = ++i;
        break;
      case Kind::space: {
        const std::size_t begin = i;
        while (i < text.size() && kind_of(text[i]) == Kind::space) ++i;
        const auto run = static_cast<std::int64_t>(i - begin);
        // A single blank belongs to the word after it.
        const bool belongs = run == 1 && c == ' ' && i < text.size();
        if (!belongs) cost += token * (1 + run / blanks);
        gap = i;
        break;
      }
      case Kind::other: {
        const std::uint32_t point = take_point(text, i);
        cost += point == 0 ? token : cost_of(point, script);
        gap = i;
        break;
      }
    }
    before = kind;
  }
  return (cost + token - 1) / token;
}

ARAMID_END
