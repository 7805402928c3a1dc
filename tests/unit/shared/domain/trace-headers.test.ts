import { expect, test } from "vitest";

import { readTraceHeaders } from "#shared/domain/trace-headers.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = "b7ad6b7169203331";
const TRACEPARENT = `00-${TRACE}-${PARENT}-01`;

const header = (name: string, text: string) =>
  [name, Buffer.from(text)] as const;

test("a trace's headers are taken as they came, and no others", () => {
  const parent = header("traceparent", TRACEPARENT);
  const state = header("tracestate", "vendor=1");

  expect(
    readTraceHeaders([state, header("redrive-attempt", "2"), parent]),
  ).toEqual([parent, state]);
});

test("of repeated ones the last counts, as Kafka's own clients read them", () => {
  const last = header("traceparent", TRACEPARENT);

  expect(
    readTraceHeaders([header("traceparent", `00-${TRACE}-${PARENT}-00`), last]),
  ).toEqual([last]);
});

test("a record without headers has no trace", () => {
  expect(readTraceHeaders([])).toEqual([]);
});

test("state without a parent is nothing", () => {
  expect(readTraceHeaders([header("tracestate", "vendor=1")])).toEqual([]);
});

test("state that is longer than others pass on is left out, and the trace goes on", () => {
  const parent = header("traceparent", TRACEPARENT);

  expect(
    readTraceHeaders([parent, header("tracestate", `v=${"x".repeat(511)}`)]),
  ).toEqual([parent]);
});

test.for([
  ["nothing", ""],
  ["another text", "the trace of a stranger"],
  ["no parent", `00-${TRACE}`],
  ["the version ff", `ff-${TRACE}-${PARENT}-01`],
  ["a trace of zeros", `00-${"0".repeat(32)}-${PARENT}-01`],
  ["a parent of zeros", `00-${TRACE}-${"0".repeat(16)}-01`],
  ["capitals", TRACEPARENT.toUpperCase()],
  ["a digit that is none", `00-${TRACE.replace("0", "g")}-${PARENT}-01`],
  ["something behind it", `${TRACEPARENT}-and-more`],
  ["a line's end", `${TRACEPARENT}\n`],
  ["a megabyte", "0".repeat(1024 * 1024)],
])("a traceparent with %s is none", ([, text]) => {
  expect(readTraceHeaders([header("traceparent", text ?? "")])).toEqual([]);
});

test("bytes that are no text are no traceparent", () => {
  expect(
    readTraceHeaders([["traceparent", new Uint8Array(55).fill(255)]]),
  ).toEqual([]);
});
