// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/llm_providers.hpp>
#include <aramid/adapters/openai.hpp>

#include <cstdlib>  // getenv

ARAMID_BEGIN

namespace {

std::string model_from(const char* variable, const char* otherwise) {
  const char* const value = std::getenv(variable);
  return value != nullptr && *value != '\0' ? value : otherwise;
}

}  // namespace

LlmProviders LlmProviders::from_environment() {
  LlmProviders providers;
  providers.add("sambanova",
                SambaNova{{.model = model_from("SAMBANOVA_MODEL", "Meta-Llama-3.3-70B-Instruct")}});
  providers.add("hf", HuggingFace{{.model = model_from("HF_MODEL", "meta-llama/Llama-3.3-70B-Instruct")}});
  providers.add("ollama", Ollama{{.model = model_from("OLLAMA_MODEL", "llama3.2")}});
  return providers;
}

ARAMID_END
