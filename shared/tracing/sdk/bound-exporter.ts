import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace";

export interface BoundOptions {
  /** How long an export may take, in milliseconds. */
  readonly limitMs: number;
  /** After a failed one nothing is sent for so long, in milliseconds. */
  readonly pauseMs: number;
  /** Milliseconds that only grow. */
  readonly now: () => number;
  /** Called with the first failure of a row of them. */
  readonly onFailing: (error: unknown) => void;
  /** Called with the first success after one. */
  readonly onRecovered: () => void;
}

/**
 * An exporter that no collector can hold up: an export that takes too long has failed, and after a failed one spans are
 * dropped for a while, so that a collector that is down costs one wait in that time.
 */
export function boundExporter(
  exporter: SpanExporter,
  { limitMs, pauseMs, now, onFailing, onRecovered }: BoundOptions,
): SpanExporter {
  const underway = new Set<Promise<void>>();
  let isFailing = false;
  let resumesAtMs = -Infinity;

  const settle = ({ code, error }: ExportResult): void => {
    const hasFailed = code !== ExportResultCode.SUCCESS;
    if (hasFailed) resumesAtMs = now() + pauseMs;
    if (hasFailed && !isFailing) onFailing(error);
    if (!hasFailed && isFailing) onRecovered();
    isFailing = hasFailed;
  };

  const attempt = async (spans: ReadableSpan[]): Promise<ExportResult> => {
    const { promise, resolve } = Promise.withResolvers<ExportResult>();
    const timer = setTimeout(() => {
      const error = new Error(`no answer within ${limitMs} ms`);
      resolve({ code: ExportResultCode.FAILED, error });
    }, limitMs);
    try {
      exporter.export(spans, resolve);
    } catch (error) {
      resolve({ code: ExportResultCode.FAILED, error: toError(error) });
    }
    const result = await promise;
    clearTimeout(timer);
    settle(result);
    return result;
  };

  return {
    export(spans, onResult) {
      if (now() < resumesAtMs) {
        onResult({ code: ExportResultCode.FAILED });
        return;
      }
      const running = attempt(spans)
        .then(onResult)
        .finally(() => underway.delete(running));
      underway.add(running);
    },
    forceFlush: async () => {
      await Promise.all(underway);
    },
    shutdown: () => exporter.shutdown(),
  };
}

const toError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(String(thrown));
