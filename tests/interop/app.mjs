// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A web server with Express that answers as OpenAI and as Anthropic do. What it does is in the request's model:
//
//   text            a long text of many alphabets in 150 pieces
//   live            a piece; then it waits for POST /heard; then "live", or "late" if nobody came
//   tools           two tool calls
//   head:fin early:fin late:fin, and :rst
//                   closes or resets the connection before the headers, before the first text, or after two pieces
//                   of which the first was heard
//   endless         pieces until the client has gone
//   slow            no answer
//   429 500         an error
//
// The header x-model overrules it; x-want asks for "gzip" that the client has not asked for, for "no buffering" by
// nginx, or for an answer that is "announced" by two others.
//
//   GET /text, GET /count?user=U, POST /heard?user=U, GET /gone?user=U: whether the client of "endless" has

import express from "express";
import { setTimeout as after } from "node:timers/promises";
import zlib from "node:zlib";

import { pieces, text } from "./answers.mjs";
import { anthropic, openAi } from "./dialects.mjs";

// Bounds every wait for a client, so that a proxy that holds text back ends in a failure and not in a hang.
const patience = 5000;

/** What is known of the requests that name one user. */
class Visits {
  #visits = new Map();

  of(user) {
    if (!this.#visits.has(user)) {
      const visit = { count: 0 };
      visit.heard = new Promise((resolve) => (visit.hear = () => resolve(true)));
      visit.gone = new Promise((resolve) => (visit.leave = () => resolve(true)));
      this.#visits.set(user, visit);
    }
    return this.#visits.get(user);
  }
}

// Ends when the bytes are the system's, so that a reset does not overtake them.
const written = (res, bytes) => new Promise((resolve) => res.write(bytes, () => resolve()));
const within = (time, event) => Promise.race([event, after(time, false, { ref: false })]);

async function breakOff(res, how) {
  await after(20);  // what was written reaches the proxy first
  if (how === "rst") res.socket.resetAndDestroy();
  else res.socket.destroy();
}

function fail(res, language, status) {
  if (status === 429) res.set({ "retry-after": "7", "x-ratelimit-remaining-requests": "0" });
  const type = status === 429 ? "rate_limit_error" : "api_error";
  res.status(status).json(language.error(type, `The answer is ${status}.`));
}

async function stream(res, language, id, model, visit) {
  const [point, how] = model.split(":");
  res.set({ "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" });
  if (res.req.get("x-want") === "no buffering") res.set("x-accel-buffering", "no");
  await written(res, language.first(id, model));
  if (point === "early") return breakOff(res, how);
  if (point === "tools") {
    for (const piece of language.calls(id, model)) await written(res, piece);
  } else if (point === "live" || point === "late") {
    await written(res, language.piece(id, model, "first "));
    const heard = await within(point === "live" ? patience : 300, visit.heard);
    await written(res, language.piece(id, model, heard ? "live" : "late"));
    if (point === "late") return breakOff(res, how);
    await written(res, language.last(id, model));
  } else if (point === "endless") {
    res.once("close", visit.leave);
    while (!res.destroyed) {
      res.write(language.piece(id, model, "more "));
      await after(5);
    }
  } else {
    for (const piece of pieces) await written(res, language.piece(id, model, piece));
    await written(res, language.last(id, model));
  }
  res.end();
}

/** A server that compresses whether it was asked to or not, each piece for itself. */
function compress(res) {
  const gzip = zlib.createGzip();
  const write = res.write.bind(res);
  const end = res.end.bind(res);
  gzip.on("data", (bytes) => write(bytes));
  gzip.on("end", () => end());
  res.set("content-encoding", "gzip");
  res.write = (bytes, done) => {
    gzip.write(bytes);
    gzip.flush(zlib.constants.Z_SYNC_FLUSH, done);
    return true;
  };
  res.end = () => gzip.end();
}

export function makeApp() {
  const app = express();
  const visits = new Visits();
  app.use(express.json({ limit: "8mb" }));

  const answer = (language) => async (req, res) => {
    const { stream: streams = false } = req.body;
    const model = req.get("x-model") ?? req.body.model;
    const visit = visits.of(language.user(req.body));
    ++visit.count;
    // Which of its connections the proxy took the request from.
    const id = req.get("x-connection") ?? "direct";
    if (req.get("x-want") === "announced") {
      res.writeProcessing();
      res.writeEarlyHints({ link: "</style.css>; rel=preload" });
    }
    if (/^\d+$/.test(model)) return fail(res, language, Number(model));
    if (model.startsWith("head")) return breakOff(res, model.split(":")[1]);
    if (model === "slow") return;
    if (!streams) return res.json(language.whole(id, model, text));
    if (req.get("x-want") === "gzip") compress(res);
    await stream(res, language, id, model, visit);
  };
  app.post("/v1/chat/completions", answer(openAi));
  app.post("/v1/messages", answer(anthropic));

  app.get("/text", (req, res) => res.type("text/plain").send(text));
  app.get("/count", (req, res) => res.type("text/plain").send(String(visits.of(req.query.user).count)));
  app.get("/gone", async (req, res) => {
    res.type("text/plain").send(String(await within(patience, visits.of(req.query.user).gone)));
  });
  app.post("/heard", (req, res) => {
    visits.of(req.query.user).hear();
    res.sendStatus(204);
  });
  return app;
}
