import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import type { SpanExporter } from "@opentelemetry/sdk-trace";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { boundExporter } from "#shared/tracing/sdk/bound-exporter.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const SUCCESS = { code: ExportResultCode.SUCCESS };
const refuse = (reason: string) => ({
  code: ExportResultCode.FAILED,
  error: new Error(reason),
});

/** An exporter that answers these one after the other, `undefined` never; the bounded one on it and what it says. */
function openScene(...answers: (ExportResult | "throws" | undefined)[]) {
  const said: unknown[] = [];
  let attempts = 0;
  const inner: SpanExporter = {
    export(_, onResult) {
      attempts += 1;
      const answer = answers.shift();
      if (answer === "throws") throw new Error("planted");
      if (answer !== undefined) onResult(answer);
    },
    shutdown: () => Promise.resolve(),
  };
  const exporter = boundExporter(inner, {
    limitMs: 500,
    pauseMs: 30_000,
    now: () => Date.now(),
    onFailing: (error) => said.push(error),
    onRecovered: () => said.push("recovered"),
  });
  return {
    said,
    attempts: () => attempts,
    exporter,
    export: () => {
      const { promise, resolve } = Promise.withResolvers<ExportResult>();
      exporter.export([], resolve);
      return promise;
    },
  };
}

test("a collector that answers is left alone", async () => {
  const scene = openScene(SUCCESS, SUCCESS);

  expect([await scene.export(), await scene.export()]).toEqual([
    SUCCESS,
    SUCCESS,
  ]);
  expect(scene.said).toEqual([]);
});

test("one that does not answer costs the limit once, and nothing for a while after", async () => {
  const scene = openScene(undefined, SUCCESS);

  const first = scene.export();
  await vi.advanceTimersByTimeAsync(500);
  const second = await scene.export();

  expect(await first).toMatchObject({ code: ExportResultCode.FAILED });
  expect(second.code).toBe(ExportResultCode.FAILED);
  expect(scene.attempts()).toBe(1);
  expect(scene.said).toEqual([new Error("no answer within 500 ms")]);
});

test("it is tried again after the pause, and said once more only when it has worked in between", async () => {
  const scene = openScene(
    refuse("first"),
    refuse("second"),
    SUCCESS,
    refuse("third"),
  );

  for (let time = 0; time < 4; time += 1) {
    await scene.export();
    vi.advanceTimersByTime(30_000);
  }

  expect(scene.attempts()).toBe(4);
  expect(scene.said).toEqual([
    new Error("first"),
    "recovered",
    new Error("third"),
  ]);
});

test("one that throws has failed like any other", async () => {
  const scene = openScene("throws");

  await expect(scene.export()).resolves.toEqual(refuse("planted"));
  expect(scene.said).toEqual([new Error("planted")]);
});

test("a flush waits for what is under way, for the limit at most", async () => {
  const scene = openScene(undefined);
  void scene.export();
  let isFlushed = false;
  const flush = async () => {
    await scene.exporter.forceFlush?.();
    isFlushed = true;
  };
  const flushing = flush();

  await vi.advanceTimersByTimeAsync(499);
  const before = isFlushed;
  await vi.advanceTimersByTimeAsync(1);
  await flushing;

  expect([before, isFlushed]).toEqual([false, true]);
});
