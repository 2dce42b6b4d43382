// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "chat_stream.hpp"

#include <aramid/adapters/classify.hpp>

#include "http_text.hpp"

#include <algorithm>  // max

ARAMID_BEGIN

namespace detail {

namespace {

// The status of the answer that the error came in.
constexpr int in_band = 200;

bool is_error(const Json& json) {
  const Json& error = member(json, "error");
  const bool given = error.is_object() || (error.is_string() && !text_of(error).empty());
  return given || text_of(json, "object") == "error" || text_of(json, "type") == "error";
}

}  // namespace

Error in_band_error(std::string_view json) {
  const auto now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  return classify(in_band, {}, json, now);
}

void ChatStream::refuse(Fault fault, std::string message) {
  if (error_) return;
  if (whole_) {
    done_ = true;
    return;
  }
  error_.emplace();
  error_->fault = fault;
  error_->message = std::move(message);
}

Flow ChatStream::flow() const noexcept {
  if (error_) return Flow::abort;
  if (done_) return Flow::enough;
  return complete() ? Flow::ending : Flow::more;
}

// What the answer is shows in its first character; servers get the content type wrong. JSON in lines is told from a
// document over several of them by the first. `fresh`: bytes at the end of `document_` that were not there before.
ChatStream::Kind ChatStream::begin(std::size_t fresh, bool over) {
  const std::string_view begun = trim(document_);
  if (begun.empty()) return Kind::unknown;
  const char first = begun.front();
  if (first == '{' && framing_ == Framing::lines) {
    const std::size_t end = document_.find('\n', std::max(document_.find('{'), document_.size() - fresh));
    if (end == std::string::npos && !over) return Kind::unknown;
    if (parse_json(std::string_view{document_}.substr(0, end)).is_discarded()) return Kind::document;
    decoder_.emplace<NdjsonDecoder>();
  } else if (first == '[' && framing_ == Framing::array) {
    decoder_.emplace<JsonArrayDecoder>();
  } else if (first == '{' || first == '[' || first == '<') {
    return Kind::document;
  }
  decode(std::exchange(document_, {}));
  return Kind::events;
}

void ChatStream::decode(std::string_view bytes) {
  std::visit([&](auto& decoder) { decoder.feed(bytes); }, decoder_);
}

bool ChatStream::next_event(SseEvent& event) {
  if (auto* sse = std::get_if<SseDecoder>(&decoder_)) return sse->next(event);
  if (auto* lines = std::get_if<NdjsonDecoder>(&decoder_)) return lines->next(event.data);
  return std::get<JsonArrayDecoder>(decoder_).next(event.data);
}

bool ChatStream::last_event(SseEvent& event) {
  if (auto* sse = std::get_if<SseDecoder>(&decoder_)) return sse->finish(event);
  if (auto* lines = std::get_if<NdjsonDecoder>(&decoder_)) return lines->finish(event.data);
  return std::get<JsonArrayDecoder>(decoder_).finish(event.data);
}

Flow ChatStream::feed(std::string_view bytes) {
  if (error_) return Flow::abort;
  taken_ += bytes.size();
  if (taken_ > max_body_) {
    refuse(Fault::malformed, "the answer is larger than " + std::to_string(max_body_) + " bytes");
    return flow();
  }
  if (kind_ == Kind::unknown) {
    document_ += bytes;
    kind_ = begin(bytes.size(), false);
  } else if (kind_ == Kind::document) {
    document_ += bytes;
  } else {
    decode(bytes);
  }
  for (SseEvent event; !error_ && !done_ && next_event(event);) take_event(event);
  if (!done_) {
    std::visit(
        [&](const auto& decoder) {
          if (decoder.failed()) refuse(Fault::malformed, decoder.problem());
        },
        decoder_);
  }
  return flow();
}

void ChatStream::take_event(const SseEvent& event) {
  const std::string_view data = trim(event.data);
  if (data.empty()) return;  // a heartbeat, as a comment is
  ++events_;
  if (data.starts_with("[DONE]")) {
    done_ = true;
    return;
  }
  const Json json = parse_json(halves_.join(data));
  if (json.is_discarded()) return refuse(Fault::malformed, "an event of the stream is not JSON");
  if (is_error(json) || event.event == "error") {
    error_ = in_band_error(data);
    return;
  }
  reply_.begin_event();
  Outcome<Taken> taken = reader_->take_event(json, reply_);
  if (!taken) {
    error_ = std::move(taken.error());
    return;
  }
  if (*taken == Taken::ping) {
    --events_;
    return;
  }
  if (*taken == Taken::last) done_ = true;
  whole_ = complete();
  if (!whole_) hold_back(*taken == Taken::echo ? 0 : data.size());
}

// Counted by the events' own bytes, so that it does not matter how they were split on the way.
void ChatStream::hold_back(std::size_t bytes) {
  if (reply_.has_output() || reply_.thought()) return;
  ++held_events_;
  held_bytes_ += bytes;
  if (held_events_ > most_held_events || held_bytes_ > most_held_bytes) reply_.begin_output();
}

void ChatStream::take_document() {
  const Json json = parse_json(halves_.join(document_));
  if (json.is_discarded()) {
    return refuse(Fault::malformed,
                  "the answer is not JSON, or only a part of it: " + shorten(document_.substr(0, 200)));
  }
  if (is_error(json) || is_error(element(json, 0))) {
    error_ = in_band_error(document_);
    return;
  }
  if (Outcome<void> taken = reader_->take_whole(json, reply_); !taken) {
    error_ = std::move(taken.error());
  } else if (!reply_.finished()) {
    refuse(Fault::malformed, "the answer is JSON, but has no model's answer in it");
  }
}

std::optional<Error> ChatStream::finish() {
  if (error_) return error_;
  if (kind_ == Kind::unknown) kind_ = begin(document_.size(), true);
  if (kind_ == Kind::document) {
    take_document();
    return error_;
  }
  // The last event may lack its end. If it lacks more than that, the stream was cut off.
  if (SseEvent event; !done_ && last_event(event)) {
    const std::string_view data = trim(event.data);
    const bool whole =
        data.starts_with("[DONE]") || !parse_json(SurrogateJoiner{halves_}.join(data)).is_discarded();
    if (whole) take_event(event);
  }
  if (error_ || reply_.finished()) return error_;
  if (taken_ == 0 || events_ == 0) {
    refuse(Fault::malformed, taken_ == 0 ? "the answer is empty" : "the answer is not an event stream");
  } else if (done_) {
    refuse(Fault::malformed, "the stream ended without a finish reason");
  } else {
    refuse(Fault::connection_lost, "the stream broke off before its finish reason");
  }
  return error_;
}

}  // namespace detail

ARAMID_END
