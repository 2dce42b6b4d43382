// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/adapters/classify.hpp: the Error behind a failed answer of an LLM provider. No I/O.
//
// The same function serves HTTP answers and error objects inside a stream. First match wins: the code or type
// that the body names, one of a quota before all others; a few fixed phrases of its message; the status, or that
// in the body where a gateway put its own over it. Bodies may be JSON in the shapes that providers use (nested,
// in an array, in an event of OpenAI's Responses, as a Problem of RFC 9457, text within text), HTML, cut off, or
// empty.
// `retry_after` comes from the first of: the headers, a field of the body, its words, the reset of a quota that
// the headers report as used up.
// The message is the provider's own, shortened to 2 KiB; redact what the request may have put into it.
#pragma once

#include <aramid/adapters/http_headers.hpp>
#include <aramid/adapters/http_time.hpp>
#include <aramid/error.hpp>

#include <string_view>  // string_view

ARAMID_BEGIN

/// `status`: of the answer; an error inside a stream has 200. `now` turns dates into delays.
[[nodiscard]] Error classify(int status, const HttpHeaders& headers, std::string_view body, WallTime now);

ARAMID_END
