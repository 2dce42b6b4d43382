// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/intern.hpp: a Name made at run time.
//
//   Name name = intern(config.provider_name);
//
// Names are pointers to text that is never freed, so that errors and events can carry them (<aramid/name.hpp>).
// This keeps one copy of each text for the rest of the program: for names from a configuration, not from requests.
// Cost: a lock, a search, and memory the first time. Thread-safety: yes.
#pragma once

#include <aramid/name.hpp>

#include <mutex>   // mutex, lock_guard
#include <string>  // string

ARAMID_BEGIN

[[nodiscard]] inline Name intern(std::string_view text) {
  struct Entry {
    std::string text;
    Entry* next;
  };
  static std::mutex mutex;
  static Entry* first = nullptr;  // reachable to the end, so that leak checkers are content
  const std::lock_guard lock{mutex};
  for (const Entry* entry = first; entry != nullptr; entry = entry->next) {
    if (entry->text == text) return entry->text.c_str();
  }
  first = new Entry{std::string{text}, first};
  return first->text.c_str();
}

ARAMID_END
