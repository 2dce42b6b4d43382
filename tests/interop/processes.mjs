// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Child processes that never outlive this one, however it ends.

import { spawn } from "node:child_process";

const children = new Set();

/** Starts a program and keeps what it says. Its standard input is a pipe that closes when this process ends. */
export function start(program, args, env = {}) {
  const child = spawn("setpriv", ["--pdeathsig", "KILL", "--", program, ...args], {
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let said = "";
  for (const output of [child.stdout, child.stderr])
    output.setEncoding("utf8").on("data", (text) => (said += text));
  child.stdin.on("error", () => {});
  child.said = () => said;
  children.add(child);
  child.ended = new Promise((resolve) => {
    child.once("error", (problem) => {
      said += problem.message;
      resolve(1);
    });
    child.once("close", (code, signal) => {
      children.delete(child);
      if (signal) said += `\nended by ${signal}`;
      resolve(code ?? 1);
    });
  });
  return child;
}

export function killAll() {
  for (const child of children) child.kill("SIGKILL");
}
