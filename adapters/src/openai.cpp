// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/openai.hpp>

#include <aramid/adapters/classify.hpp>
#include <aramid/adapters/http.hpp>

#include "chat_request.hpp"
#include "chat_stream.hpp"
#include "http_text.hpp"
#include "ollama_host.hpp"

#include <cstdlib>  // getenv

ARAMID_BEGIN

namespace {

// A server may repeat the key or the prompt in what it says about them.
void redact(std::string& message, const std::string& key, const ChatRequest& request) {
  detail::redact(message, key);
  for (const Message& sent : request.messages) {
    detail::redact_overlap(message, sent.content);
    for (const ToolCall& call : sent.tool_calls) detail::redact_overlap(message, call.arguments);
  }
}

HttpSettings http_settings(const OpenAiSettings& settings, const std::string& base_url) {
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

struct OpenAi::Impl {
  OpenAiSettings settings;
  Outcome<Http> http;
  const char* key_variable;
  bool key_missing;

  Impl(const OpenAiSettings& from, const Endpoint& endpoint)
      : settings{from},
        http{Http::make(http_settings(from, from.base_url.empty() ? endpoint.base_url : from.base_url))},
        key_variable{endpoint.key_variable} {
    const bool own_address = from.base_url.empty() || from.base_url == endpoint.base_url;
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
    auto body = detail::encode(request, settings.model, stream);
    if (!body) return fail(Fault::invalid_request, 0, std::move(body.error()));

    HttpRequest message;
    message.method = "POST";
    message.path = "/chat/completions";
    message.headers.add("Content-Type", "application/json");
    message.headers.add("Accept", stream ? "text/event-stream" : "application/json");
    if (!key->empty()) message.headers.add("Authorization", "Bearer " + *key);
    message.body = std::move(*body);
    message.accept_any_status = true;
    message.commits = false;  // what arrives is held back until there is something to hear
    if (!stream) message.first_byte_timeout = settings.answer_timeout;

    Listening listening{request, ctx};
    detail::ChatStream answer{[&](std::string_view text) { listening.hear(text); }, settings.max_body};
    std::uint64_t events = 0;
    std::uint64_t progress = 0;
    bool silent = false;
    std::chrono::steady_clock::time_point last_event{};
    message.on_data = [&](const HttpResponse&, std::string_view bytes) {
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
    if (!completion) {
      Error& error = completion.error();
      redact(error.message, *key, request);
      if (listening.began && request.partial != nullptr)
        *request.partial = {answer.reply().take(), error.fault};
      // As a stack would do; without one nobody else says it.
      if (ctx.committed() && error.fault != Fault::cancelled) error.fault = Fault::interrupted;
    }
    return completion;
  }

 private:
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

OpenAi::OpenAi(const OpenAiSettings& settings)
    : OpenAi(settings,
             {.name = "openai", .base_url = "https://api.openai.com/v1", .key_variable = "OPENAI_API_KEY"}) {}

OpenAi::OpenAi(const OpenAiSettings& settings, const Endpoint& endpoint)
    : impl_{std::make_shared<const Impl>(settings, endpoint)},
      name_{settings.name.empty() ? endpoint.name : settings.name} {}

Outcome<Completion> OpenAi::operator()(const ChatRequest& request, Context& ctx) const {
  if (!impl_) return fail(Fault::invalid_request, 0, "this provider has been moved from");
  try {
    return impl_->call(request, ctx);
  } catch (const std::exception& e) {
    return fail(Fault::unknown, 0, std::string{"the provider failed: "} + e.what());
  } catch (...) {
    return fail(Fault::unknown, 0, "the provider failed");
  }
}

Outcome<void> OpenAi::ready() const {
  if (!impl_) return fail(Fault::invalid_request, 0, "this provider has been moved from");
  return impl_->ready();
}

SambaNova::SambaNova(const OpenAiSettings& settings)
    : OpenAi(settings, {.name = "sambanova",
                        .base_url = "https://api.sambanova.ai/v1",
                        .key_variable = "SAMBANOVA_API_KEY"}) {}

HuggingFace::HuggingFace(const OpenAiSettings& settings)
    : OpenAi(settings,
             {.name = "hf", .base_url = "https://router.huggingface.co/v1", .key_variable = "HF_TOKEN"}) {}

Ollama::Ollama(const OpenAiSettings& settings)
    : OpenAi(settings, {.name = "ollama", .base_url = [] {
                          const char* host = std::getenv("OLLAMA_HOST");
                          return detail::ollama_base_url(host != nullptr ? host : "");
                        }()}) {}

ARAMID_END
