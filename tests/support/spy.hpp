// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A policy that plays a list of answers and writes down, in one shared journal, what it was asked:
//   +a admitted   ?a asked again after a wait   a! rejected
//   =a settled a success   -a settled a failure   ~a released
// A spy also counts how many scopes it holds, and every breach of the contract.

#pragma once

#include <aramid/policy.hpp>

#include <deque>
#include <string>
#include <vector>

namespace support {

inline std::string& journal() {
  static std::string text;
  return text;
}

inline void note(char mark, char id) {
  if (!journal().empty()) journal() += ' ';
  if (mark != 0) journal() += mark;
  journal() += id;
}

// The journal so far; starts a new one.
inline std::string read_journal() { return std::exchange(journal(), {}); }

template <char Id, bool Repeats = false, bool ReadsTime = true>
class Spy {
  static constexpr char text[] = {Id, '\0'};

 public:
  static constexpr aramid::Name name = text;
  static constexpr bool repeats = Repeats;
  static constexpr bool reads_time = ReadsTime;

  struct Scope {
    int settlements = 0;
    bool live = false;
    bool waiting = false;
  };

  std::deque<aramid::Admission> answers;  // then it lets everything through
  std::deque<aramid::Verdict> verdicts;   // then it is done
  unsigned most_attempts = 100;
  int live = 0;
  int breaches = 0;
  int used_scopes = 0;  // admitted with a scope that had been settled before
  std::vector<aramid::Instant> told;
  std::vector<aramid::Fault> faults;

  [[nodiscard]] unsigned attempts_allowed() const noexcept { return most_attempts; }

  aramid::Admission admit(Scope& scope, aramid::Context&, aramid::Instant now) noexcept {
    told.push_back(now);
    if (scope.live && !scope.waiting) ++breaches;
    if (scope.settlements > 0) ++used_scopes;
    aramid::Admission answer;
    if (!answers.empty()) {
      answer = answers.front();
      answers.pop_front();
    }
    if (answer.kind == aramid::Admission::Kind::reject) {
      if (scope.live) --live;
      scope = {};
      journal() += journal().empty() ? "" : " ";
      journal() += Id;
      journal() += '!';
      return answer;
    }
    note(scope.waiting ? '?' : '+', Id);
    if (!scope.live) ++live;
    scope.live = true;
    scope.waiting = answer.kind == aramid::Admission::Kind::wait;
    return answer;
  }

  aramid::Verdict settle(Scope& scope, aramid::Context&, const aramid::Error* failure,
                         aramid::Instant now) noexcept {
    told.push_back(now);
    if (!scope.live || scope.waiting) ++breaches;
    ++scope.settlements;
    note(failure != nullptr ? '-' : '=', Id);
    if (failure != nullptr) faults.push_back(failure->fault);
    aramid::Verdict verdict;
    if (failure != nullptr && !verdicts.empty()) {
      verdict = verdicts.front();
      verdicts.pop_front();
    }
    // The scope lives on after a wish to go on; whether the wish was granted shows in the next note.
    if (verdict.again && Repeats) {
      wished = &scope;
    } else {
      end(scope);
    }
    return verdict;
  }

  void release(Scope& scope, aramid::Context&) noexcept {
    note('~', Id);
    if (!scope.live) ++breaches;
    end(scope);
  }

  // Tests of refused wishes call this: the machine ended the call, so the wishing scope is over.
  void forget_wish() { end(*wished); }

 private:
  void end(Scope& scope) {
    if (scope.live) --live;
    scope.live = false;
    scope.waiting = false;
  }

  Scope* wished = nullptr;
};

}  // namespace support
