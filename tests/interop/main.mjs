// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// main.mjs NGINX TESTS CHAT: starts the servers, runs the test program against them, and the vendors' own clients
// against the fleet of the chat program (left out if CHAT is empty). Ends everything; says much only on failure.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";

import { makeApp } from "./app.mjs";
import { startMocks } from "./mocks.mjs";
import { killAll, start } from "./processes.mjs";
import { startProxy } from "./proxy.mjs";

const [nginx, tests, chat] = process.argv.slice(2);
const folder = mkdtempSync(`${tmpdir()}/aramid-interop-`);

function end(status) {
  killAll();
  rmSync(folder, { recursive: true, force: true });
  process.exit(status);
}
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) {
  process.on(signal, () => {
    console.log(`ended by ${signal}`);
    end(1);
  });
}

async function startApp() {
  const server = makeApp().listen(0, "127.0.0.1");
  await new Promise((resolve, reject) => server.once("listening", resolve).once("error", reject));
  return server.address().port;
}

/** The fleet says its ports as one line, and ends with its standard input. With this seed it soon does wrong. */
async function startFleet() {
  const fleet = start(chat, ["--fleet", "--seed", "23"]);
  while (!fleet.said().includes("\n")) {
    const more = new Promise((resolve) => fleet.stdout.once("data", () => resolve()));
    const over = await Promise.race([fleet.ended, more]);
    if (over !== undefined) throw new Error(`the fleet did not start: ${fleet.said()}`);
  }
  return fleet.said().trim();
}

/** Runs a test program to its end; shows what it said. */
async function run(name, program, args, env) {
  const child = start(program, args, env);
  const status = await child.ended;
  console.log(`--- ${name}: ${status === 0 ? "passed" : `failed with ${status}`}\n${child.said().trim()}`);
  return status === 0;
}

try {
  const app = await startApp();
  const servers = { INTEROP_APP: `http://127.0.0.1:${app}` };
  Object.assign(servers, await startMocks(), await startProxy(nginx, folder, app));
  const runs = [run("aramid as the client", tests, process.env.INTEROP_ARGS?.split(" ") ?? [], servers)];
  if (chat) {
    const fleet = { INTEROP_FLEET: await startFleet() };
    for (const vendor of ["openai", "anthropic"]) {
      const args = ["--test-reporter=spec", `${vendor}_sdk_test.mjs`];
      runs.push(run(`the client of ${vendor}`, process.execPath, args, fleet));
    }
  } else {
    console.log("--- other clients: left out, the chat program is not built");
  }
  const passed = (await Promise.all(runs)).every((one) => one);
  if (!passed) {
    for (const log of ["error.log", "access.log"])
      console.log(`--- nginx: ${log}\n${readFileSync(`${folder}/${log}`)}`);
  }
  end(passed ? 0 : 1);
} catch (problem) {
  console.log(problem);
  end(1);
}
