// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The demo's embedded fleet does wrong only to those who say which chat this is ("run-17"), and always the same to
// the first request of such a chat, so a chat with the wanted fate is looked for.

import assert from "node:assert/strict";

export const prompt = "Why does a retry need jitter?";
export const servers = process.env.INTEROP_FLEET.split(" ").map((port) => `http://127.0.0.1:${port}`);

/** The number of the first chat for which `chat(user)` fails as `wanted` says, and the error. */
export async function failing(chat, wanted) {
  const name = `sdk${Math.random()}`;
  for (let i = 0; i < 1000; i += 16) {
    const tries = Array.from({ length: 16 }, (_, k) =>
      chat(`${name}-${i + k}`).then(
        () => undefined,
        (error) => (wanted(error) ? { number: i + k, error } : undefined),
      ),
    );
    const found = (await Promise.all(tries)).find((one) => one);
    if (found) return found;
  }
  assert.fail("no chat has this fate");
}
