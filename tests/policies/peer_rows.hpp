// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Scenarios written down from other libraries' behaviour, one a row. The file is no part of the project: it
// is looked for in the directory ARAMID_CONFORMANCE, then beside the checkout; tests that want it skip when
// it is not there.

#pragma once

#if __has_include(<nlohmann/json.hpp>)
#define ARAMID_TESTS_HAVE_PEER_ROWS 1

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "desk.hpp"
#include "support/catch.hpp"

namespace peers {

using Json = nlohmann::json;

inline std::filesystem::path file() {
  const char* told = std::getenv("ARAMID_CONFORMANCE");
  const std::filesystem::path checkout = std::filesystem::path{__FILE__}.parent_path() / "../..";
  const std::filesystem::path folder = told != nullptr ? told : checkout / "../shared/conformance";
  return folder / "peer-scenarios.json";
}

/// The rows of these policies on which all peers agree; none when there is no file.
inline std::vector<Json> rows(const std::set<std::string>& policies) {
  std::ifstream in{file()};
  if (!in) {
    WARN("skipped: no " + file().string());
    return {};
  }
  std::vector<Json> chosen;
  for (Json& row : Json::parse(in)) {
    if (row.at("stance") == "adopt" && policies.contains(row.at("policy"))) chosen.push_back(std::move(row));
  }
  return chosen;
}

inline desk::Duration ms(const Json& number) {
  return desk::Duration{static_cast<std::int64_t>(number.get<double>() * 1e6)};
}
inline desk::Duration ms_or(const Json& object, const char* key, desk::Duration otherwise) {
  return object.contains(key) ? ms(object.at(key)) : otherwise;
}
template <class T>
T value_or(const Json& object, const char* key, T otherwise) {
  return object.contains(key) ? object.at(key).get<T>() : otherwise;
}

/// True when the object has no other keys than these.
inline bool only_has(const Json& object, const std::set<std::string>& keys) {
  for (const auto& item : object.items()) {
    if (!keys.contains(item.key())) return false;
  }
  return true;
}

}  // namespace peers

#else
#define ARAMID_TESTS_HAVE_PEER_ROWS 0
#endif
