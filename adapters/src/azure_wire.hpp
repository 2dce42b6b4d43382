// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
#pragma once

#include "base_url.hpp"
#include "openai_wire.hpp"

ARAMID_BEGIN

namespace detail {

/// OpenAI's format as Azure has it: its own key field, and the deployment in the path.
class AzureWire final : public OpenAiWire {
 public:
  /// Without a version it is the API that has none, and no deployment in the path.
  explicit AzureWire(std::string api_version) : api_version_{std::move(api_version)} {}

  [[nodiscard]] Written<WireRequest> encode(const ChatRequest& request, const std::string& model,
                                            bool stream) const override {
    Written<WireRequest> written = OpenAiWire::encode(request, model, stream);
    if (!written || api_version_.empty()) return written;
    const std::string& deployment = request.options.model.empty() ? model : request.options.model;
    written->path = "/openai/deployments/" + percent_encode(deployment) + written->path +
                    "?api-version=" + percent_encode(api_version_);
    return written;
  }
  [[nodiscard]] HttpHeaders::Field key_field(const std::string& key) const override {
    return {"api-key", key};
  }

 private:
  std::string api_version_;
};

}  // namespace detail

ARAMID_END
