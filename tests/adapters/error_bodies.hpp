// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Error bodies in the shapes that providers use, and what is to become of them.
#pragma once

#include <aramid/adapters/classify.hpp>

#include "support/catch.hpp"

#include <optional>
#include <string>

namespace support {

inline constexpr aramid::WallTime now = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1};
inline constexpr std::optional<aramid::Duration> none;

struct Row {
  const char* who;
  int status;
  std::string body;
  aramid::Fault fault;
  std::optional<aramid::Duration> delay = none;
  aramid::HttpHeaders headers{};
};

inline void check(const Row& row) {
  INFO(row.who << ' ' << row.status << ' ' << row.body);
  const aramid::Error error = aramid::classify(row.status, row.headers, row.body, now);
  CHECK(error.fault == row.fault);
  CHECK(error.retry_after == row.delay);
}

inline std::string epoch_after(int seconds) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count() +
                        seconds);
}

inline std::string openai(const std::string& message, const std::string& type,
                          const std::string& code = "null") {
  const std::string quoted = code == "null" ? code : '"' + code + '"';
  return R"({"error":{"message":")" + message + R"(","type":")" + type + R"(","param":null,"code":)" +
         quoted + "}}";
}

inline std::string anthropic(const std::string& type, const std::string& message) {
  return R"({"type":"error","error":{"type":")" + type + R"(","message":")" + message +
         R"("},"request_id":"req_1"})";
}

inline std::string google(int code, const std::string& status, const std::string& message,
                          const std::string& details = "") {
  return R"({"error":{"code":)" + std::to_string(code) + R"(,"message":")" + message + R"(","status":")" +
         status + R"(","details":[)" + details + "]}}";
}

inline std::string reason(const std::string& word, const std::string& metadata = "{}") {
  return R"({"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":")" + word + R"(","metadata":)" +
         metadata + "}";
}

inline std::string comes_back(const std::string& delay) {
  return R"({"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":")" + delay + R"("})";
}

inline std::string failed(const std::string& code, const std::string& message) {
  return R"({"type":"response.failed","sequence_number":3,"response":{"status":"failed","error":{"code":")" +
         code + R"(","message":")" + message + R"("},"output":[],"usage":null}})";
}

}  // namespace support
