// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Mock servers that others wrote, with answers of ours.

import { LLMock } from "@copilotkit/aimock";
import { createMockServer } from "openai-mock-api";
import http from "node:http";

import { text, tools } from "./answers.mjs";

const calls = tools.map(({ id, name, arguments: json }) => ({ id, name, arguments: json }));

async function startAimock() {
  const mock = new LLMock({ port: 0, host: "127.0.0.1", logLevel: "silent", strict: true });
  // The first that fits is taken, and the question before the tool's result fits too.
  mock.onToolResult("call_b", { content: "It is noon, and sunny." });
  mock.onMessage("text", { content: text });
  mock.onMessage("think", { content: "So.", reasoning: "Hm. Hm." });
  mock.onMessage("weather", { toolCalls: calls });
  mock.onMessage("cut", { content: text }, { truncateAfterChunks: 4, latency: 5 });
  const fails = (prompt, status, error, more = {}) => mock.onMessage(prompt, { error, status, ...more });
  fails("limited", 429, { message: "Slow down.", type: "rate_limit_error" }, { retryAfter: 3 });
  fails("overloaded", 529, { message: "Too busy.", type: "overloaded_error" });
  const spent = "insufficient_quota";
  fails("broke", 429, { message: "You exceeded your current quota.", type: spent, code: spent });
  mock.onMessage("garbage", { content: text }, { chaos: { malformedRate: 1 } });
  mock.onMessage("gone", { content: text }, { chaos: { disconnectRate: 1 } });
  return await mock.start();
}

async function startMockApi() {
  const say = (id, content, answer) => ({
    id,
    messages: [{ role: "user", content, matcher: "exact" }, { role: "assistant", ...answer }],
  });
  const toolCalls = tools.map(({ id, name, arguments: json }) => ({
    id,
    type: "function",
    function: { name, arguments: json },
  }));
  const config = {
    apiKey: "the-key",
    responses: [
      say("text", "text", { content: "Один 字 🎉 and more." }),
      say("weather", "weather", { content: "", tool_calls: toolCalls }),
    ],
  };
  const { server } = await createMockServer({ config });
  server.logger.logger.silent = true;
  // Its own start() would listen to the whole network.
  const listening = http.createServer(server.app).listen(0, "127.0.0.1");
  await new Promise((resolve) => listening.once("listening", resolve));
  return `http://127.0.0.1:${listening.address().port}`;
}

export async function startMocks() {
  return { INTEROP_AIMOCK: await startAimock(), INTEROP_MOCK_API: await startMockApi() };
}
