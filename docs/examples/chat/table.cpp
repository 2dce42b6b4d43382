// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "table.hpp"

#include "terminal.hpp"

namespace chat {
namespace {

using aramid::Duration;

std::string milliseconds(Duration time) {
  return fmt::format("{:.0f} ms", std::chrono::duration<double, std::milli>(time).count());
}
std::string seconds(Duration time) {
  return fmt::format("{:.1f} s", std::chrono::duration<double>(time).count());
}

std::string success_rate(const Run& run) {
  const auto answered = static_cast<double>(run.result.answered);
  const auto all = static_cast<double>(run.result.answered + run.result.failed());
  return fmt::format("{:.1f} %", all > 0 ? 100 * answered / all : 0.0);
}

std::string wasted(const Run& run) {
  return std::to_string(run.servers.received - static_cast<std::int64_t>(run.result.answered));
}

struct Row {
  const char* label;
  std::string (*cell)(const Run&);
};

constexpr Row rows[] = {
    {"success rate", &success_rate},
    {"chats lost to timeouts", [](const Run& run) { return std::to_string(run.result.timed_out); }},
    {"chats lost to 429s", [](const Run& run) { return std::to_string(run.result.rate_limited); }},
    {"chats lost otherwise", [](const Run& run) { return std::to_string(run.result.otherwise); }},
    {"429s seen", [](const Run& run) { return std::to_string(run.servers.rate_limited); }},
    {"requests at the servers", [](const Run& run) { return std::to_string(run.servers.received); }},
    {"wasted requests", &wasted},
    {"p50 of answered chats", [](const Run& run) { return milliseconds(run.result.percentile(0.50)); }},
    {"p99 of answered chats", [](const Run& run) { return milliseconds(run.result.percentile(0.99)); }},
    {"all chats took", [](const Run& run) { return seconds(run.result.took); }},
};

}  // namespace

std::string table_of(const Run& bare, const Run& resilient) {
  std::string text = bold(fmt::format("{:<26}{:>12}{:>12}", "", "bare", "resilient")) + "\n";
  for (const Row& row : rows) {
    text += fmt::format("{:<26}{:>12}", row.label, row.cell(bare));
    text += paint(fg(fmt::terminal_color::green), fmt::format("{:>12}", row.cell(resilient))) + "\n";
  }
  text += dim("A wasted request reached a server and did not end in an answer that the caller got.") + "\n";
  return text;
}

}  // namespace chat
