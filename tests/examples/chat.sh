#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The aramid authors
# SPDX-License-Identifier: MIT

# chat.sh PROGRAM: runs the chat program with every kind of wrong usage, as the demo, and interrupted. Nothing here
# leaves the machine: the only server besides the demo's own fleet is a port where nobody listens.
set -uo pipefail
chat=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
out=$work/out err=$work/err
failed=0
unset SAMBANOVA_API_KEY HF_TOKEN OPENAI_API_KEY OLLAMA_HOST

complain() {
  echo "FAILED: $1"
  sed 's/^/    out: /' "$out" | tail -40
  sed 's/^/    err: /' "$err" | tail -40
  failed=1
}

# says STATUS FILE SENTENCE ARGUMENTS...: the program ends with STATUS, and SENTENCE is in FILE.
says() {
  local wanted=$1 where=$2 sentence=$3 status=0
  shift 3
  "$chat" "$@" >"$out" 2>"$err" </dev/null || status=$?
  [[ $status == "$wanted" ]] || complain "chat $*: status $status, not $wanted"
  grep -qF -- "$sentence" "$where" || complain "chat $*: does not say: $sentence"
}

says 0 "$out" "usage: chat [OPTIONS]" --help
for option in --prompt --provider --model --base-url --key-env --demo --chats --threads --seed --fleet; do
  grep -qe "^  $option " "$out" || complain "--help does not list $option"
done
says 2 "$err" "There is no option '--frob'" --frob
says 2 "$err" "--model needs a value" --model
says 2 "$err" "--chats is 'many', but must be a number" --chats many
says 2 "$err" "--base-url needs --model" --base-url http://127.0.0.1:1/v1
says 2 "$err" "bad base URL: it has no scheme" --base-url nonsense --model any
says 2 "$err" "bad base URL: its scheme is neither http nor https" --base-url ftp://host --model any
says 2 "$err" "the variable ARAMID_NO_SUCH_KEY is not set" \
  --base-url http://127.0.0.1:1/v1 --model any --key-env ARAMID_NO_SUCH_KEY
says 2 "$err" "--provider openai needs the variable OPENAI_API_KEY" --provider openai
says 2 "$err" "There is no provider 'telepathy'" --provider telepathy
says 1 "$err" "Is the server running, and is the URL right?" \
  --base-url http://127.0.0.1:1/v1 --model any --prompt hello

# The whole demo, with fewer chats.
says 0 "$out" "Metrics of the resilient client" --chats 60
for row in "success rate" "chats lost to timeouts" "429s seen" "wasted requests" "p50 of answered chats" "p99 of" \
  '"success_rate": ' '"circuit_breaker": {' '"sambanova": {' "60/60"; do
  grep -qF -- "$row" "$out" || complain "the demo shows no $row"
done
awk '/^success rate / { found = 1; better = $5 > $3 } END { exit !(found && better) }' "$out" ||
  complain "the resilient client did not answer more chats than the bare one"

# Ctrl-C in the first answer and in the middle of the comparison: it ends soon, with 130, and so does its fleet.
# A shell's background jobs ignore SIGINT unless they are under job control.
set -m
for sight in "you> " "bare       ["; do
  : >"$out"  # what the last run showed is not this one's
  "$chat" --chats 60 --threads 4 >"$out" 2>"$err" </dev/null &
  process=$!
  while ! grep -qF -- "$sight" "$out" && kill -0 $process 2>/dev/null; do sleep 0.05; done
  fleet=$(grep -lxE "PPid:[[:space:]]+$process" /proc/[0-9]*/status 2>/dev/null | cut -d/ -f3)
  asked=$EPOCHREALTIME
  kill -INT $process
  wait $process
  status=$?
  took=$(((${EPOCHREALTIME/./} - ${asked/./}) / 1000))
  [[ $status == 130 ]] || complain "after Ctrl-C at '$sight': status $status"
  ((took < 2000)) || complain "after Ctrl-C at '$sight' it took $took ms to end"
  [[ -n $fleet ]] || complain "there was no fleet to end at '$sight'"
  for _ in {1..100}; do
    [[ -n $fleet ]] && kill -0 "$fleet" 2>/dev/null || break
    sleep 0.05
  done
  [[ -n $fleet ]] && kill -0 "$fleet" 2>/dev/null && complain "the fleet outlived the program"
done
exit $failed
