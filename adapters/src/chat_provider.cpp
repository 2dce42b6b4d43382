// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/chat_provider.hpp>

#include <aramid/adapters/classify.hpp>
#include <aramid/adapters/http.hpp>

#include "base_url.hpp"
#include "chat_stream.hpp"
#include "http_text.hpp"

#include <algorithm>  // all_of

ARAMID_BEGIN

namespace {

// What a message says by chance is not cut out of it: "stop", "auto".
void redact_long(std::string& message, const std::string& text) {
  constexpr std::size_t shortest = 16;
  if (text.size() >= shortest) detail::redact_overlap(message, text);
}

// A server may repeat a key or the prompt in what it says about them.
void redact(std::string& message, const std::string& key, const HttpHeaders& headers,
            const ChatRequest& request) {
  if (!key.empty()) detail::redact_overlap(message, key);
  detail::redact_keys(message, headers);
  for (const Message& sent : request.messages) {
    detail::redact_overlap(message, sent.content);
    detail::redact_overlap(message, sent.extra_json);
    for (const Image& image : sent.images) {
      detail::redact_overlap(message, image.url);
      detail::redact_overlap(message, image.base64);
    }
    for (const ToolCall& call : sent.tool_calls) detail::redact_overlap(message, call.arguments);
  }
  const ChatOptions& options = request.options;
  redact_long(message, options.extra_json);
  redact_long(message, options.response_format_json);
  for (const std::string& stop : options.stop) redact_long(message, stop);
  for (const Tool& tool : options.tools) {
    redact_long(message, tool.description);
    redact_long(message, tool.parameters_json);
  }
}

// How the provider's support finds the request; empty if the headers do not say.
std::string id_of_request(const HttpHeaders& headers) {
  constexpr std::size_t longest = 128;
  for (const char* field : {"x-request-id", "request-id", "apim-request-id", "x-generation-id"}) {
    const std::string_view id = headers.find(field).value_or(std::string_view{});
    const bool printable = std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c < 0x7F; });
    if (!id.empty() && id.size() <= longest && printable) return std::string{id};
  }
  return {};
}

void name_request(std::string& message, const std::string& id) {
  if (id.empty() || message.find(id) != std::string::npos) return;
  message += (message.empty() ? "(request id " : " (request id ") + id + ')';
}

HttpSettings http_settings(const ProviderSettings& settings, const std::string& base_url) {
  HttpSettings http;
  http.base_url = base_url;
  http.connect_timeout = settings.connect_timeout;
  http.first_byte_timeout = settings.first_byte_timeout;
  http.idle_timeout = settings.idle_timeout;
  http.max_connections = settings.max_connections;
  http.max_body = settings.max_body;
  http.verify_tls = settings.verify_tls;
  http.ca_file = settings.ca_file;
  http.headers = settings.headers;
  return http;
}

// What the caller hears while the answer arrives. An exception from the caller's function ends the call, and so
// does a rival of a hedged call that has spoken first.
struct Listening {
  const ChatRequest& request;
  Context& ctx;
  bool began = false;
  bool ended = false;
  std::string why{};

  void hear(std::string_view text) {
    if (!request.on_text || ended) return;
    if (!ctx.commit()) return end("another attempt of this call has begun its output");
    began = true;
    if (text.empty()) return;
    try {
      request.on_text(text);
    } catch (const std::exception& e) {
      end(std::string{"on_text threw: "} + e.what());
    } catch (...) {
      end("on_text threw");
    }
  }

 private:
  void end(std::string reason) {
    ended = true;
    why = std::move(reason);
  }
};

}  // namespace

struct ChatProvider::Impl {
  ProviderSettings settings;
  std::shared_ptr<const detail::ChatWire> wire;
  Outcome<Http> http;
  const char* key_variable;
  bool key_missing;

  Impl(const ProviderSettings& from, const Endpoint& endpoint, std::shared_ptr<const detail::ChatWire> format)
      : settings{from},
        wire{std::move(format)},
        http{connect(from, endpoint)},
        key_variable{endpoint.key_variable} {
    const std::string_view given = detail::without_slashes(from.base_url);
    const bool own_address = given.empty() || given == detail::without_slashes(endpoint.base_url);
    if (!settings.api_key.is_set() && own_address && key_variable != nullptr) {
      settings.api_key = Secret::from_env(key_variable);
    }
    key_missing = !settings.api_key.is_set() && own_address && key_variable != nullptr;
  }

  [[nodiscard]] Outcome<void> ready() const {
    if (!http) return std::unexpected<Error>{http.error()};
    if (key_missing) {
      return fail(Fault::unauthorized, 0,
                  std::string{"no API key: set the environment variable "} + key_variable +
                      " or the settings' api_key");
    }
    return {};
  }

  [[nodiscard]] Outcome<std::string> key() const {
    if (!settings.api_key.is_set() || settings.api_key.is_none()) return std::string{};
    std::string key;
    try {
      key = settings.api_key.reveal();
    } catch (...) {
      return fail(Fault::unauthorized, 0, "no API key: the function that gives it threw");
    }
    if (key.empty()) return fail(Fault::unauthorized, 0, "no API key: the one that was given is empty");
    return key;
  }

  Outcome<Completion> call(const ChatRequest& request, Context& ctx) const {
    if (Outcome<void> problem = ready(); !problem) return std::unexpected<Error>{std::move(problem.error())};
    const Outcome<std::string> key = this->key();
    if (!key) return std::unexpected<Error>{key.error()};
    const bool stream = request.stream || request.on_text;
    auto written = wire->encode(request, settings.model, stream);
    if (!written) return fail(Fault::invalid_request, 0, std::move(written.error()));

    HttpRequest message;
    message.method = "POST";
    message.path = std::move(written->path);
    message.headers = headers(*key, stream);
    message.body = std::move(written->body);
    message.accept_any_status = true;
    message.commits = false;  // what arrives is held back until there is something to hear
    if (!stream) message.first_byte_timeout = settings.answer_timeout;

    Listening listening{request, ctx};
    detail::ChatStream answer{[&](std::string_view text) { listening.hear(text); }, settings.max_body, wire};
    std::string request_id;
    std::uint64_t events = 0;
    std::uint64_t progress = 0;
    bool silent = false;
    std::chrono::steady_clock::time_point last_event{};
    message.on_data = [&](const HttpResponse& head, std::string_view bytes) {
      if (request_id.empty()) request_id = id_of_request(head.headers);
      const Flow flow = answer.feed(bytes);
      if (listening.ended) return Flow::abort;
      // Comments keep a connection alive, not a stream. Of a document every piece counts, which Http sees to.
      const auto now = std::chrono::steady_clock::now();
      if (answer.events() != events || last_event == decltype(last_event){}) {
        events = answer.events();
        last_event = now;
      }
      const bool streams = answer.is_events() || (stream && !answer.is_document());
      silent = streams && flow == Flow::more && now - last_event > settings.idle_timeout;
      if (silent) return Flow::abort;
      const bool output = std::exchange(progress, answer.reply().progress()) != answer.reply().progress();
      return flow == Flow::more && !output ? Flow::no_output : flow;
    };

    Outcome<HttpResponse> response = (*http)(message, ctx);
    Outcome<Completion> completion = conclude(response, answer, listening, silent);
    if (answer.reply().usage().known()) ctx.usage = answer.reply().usage();
    if (request_id.empty() && response) request_id = id_of_request(response->headers);
    if (completion) {
      completion->request_id = std::move(request_id);
    } else {
      Error& error = completion.error();
      redact(error.message, *key, settings.headers, request);
      name_request(error.message, request_id);
      if (listening.began && request.partial != nullptr) {
        *request.partial = {answer.reply().take(), error.fault};
        request.partial->completion.request_id = std::move(request_id);
      }
      // As a stack would do; without one nobody else says it.
      if (ctx.committed() && error.fault != Fault::cancelled) error.fault = Fault::interrupted;
    }
    return completion;
  }

 private:
  static Outcome<Http> connect(const ProviderSettings& settings, const Endpoint& endpoint) {
    const std::string& url = settings.base_url.empty() ? endpoint.base_url : settings.base_url;
    if (url.empty() && endpoint.url_variable != nullptr) {
      return fail(Fault::invalid_request, 0,
                  std::string{"no address: set the environment variable "} + endpoint.url_variable +
                      " or the settings' base_url");
    }
    return Http::make(http_settings(settings, url));
  }

  [[nodiscard]] HttpHeaders headers(const std::string& key, bool stream) const {
    HttpHeaders headers{{"Content-Type", "application/json"},
                        {"Accept", stream ? wire->stream_type() : "application/json"}};
    if (!key.empty()) {
      auto [field, value] = wire->key_field(key);
      headers.add(std::move(field), std::move(value));
    }
    for (const auto& [field, value] : wire->fields()) {
      if (!settings.headers.has(field)) headers.add(field, value);
    }
    return headers;
  }

  static Outcome<Completion> conclude(Outcome<HttpResponse>& response, detail::ChatStream& answer,
                                      const Listening& listening, bool silent) {
    if (response && (response->status < 200 || response->status > 299)) {
      const auto now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
      return std::unexpected<Error>{classify(response->status, response->headers, response->body, now)};
    }
    std::optional<Error> error;
    if (response) {
      error = answer.finish();
    } else if (!listening.ended && !answer.complete()) {
      error = answer.error() ? answer.error() : std::optional{std::move(response.error())};
      if (silent) error->fault = Fault::timed_out;
      if (silent) error->phase = Phase::idle;
      if (silent) error->message = "the stream said nothing but comments for too long";
    }
    if (listening.ended) return fail(Fault::cancelled, 0, listening.why);
    if (error) return std::unexpected<Error>{std::move(*error)};
    return answer.reply().take();
  }
};

ChatProvider::ChatProvider(const ProviderSettings& settings, const Endpoint& endpoint,
                           std::shared_ptr<const detail::ChatWire> wire)
    : impl_{std::make_shared<const Impl>(settings, endpoint, std::move(wire))},
      name_{settings.name.empty() ? endpoint.name : settings.name} {}

Outcome<Completion> ChatProvider::operator()(const ChatRequest& request, Context& ctx) const {
  if (!impl_) return fail(Fault::invalid_request, 0, "this provider has been moved from");
  try {
    return impl_->call(request, ctx);
  } catch (const std::exception& e) {
    return fail(Fault::unknown, 0, std::string{"the provider failed: "} + e.what());
  } catch (...) {
    return fail(Fault::unknown, 0, "the provider failed");
  }
}

Outcome<void> ChatProvider::ready() const {
  if (!impl_) return fail(Fault::invalid_request, 0, "this provider has been moved from");
  return impl_->ready();
}

ARAMID_END
