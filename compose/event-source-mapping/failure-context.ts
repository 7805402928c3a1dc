import { randomUUID } from "node:crypto";
import type { EventSource } from "./configuration.ts";
import type { EventFormat } from "./encode-event.ts";
import type { Failure } from "./on-failure-destination.ts";

/** What the documents of one mapping have in common. */
export interface DocumentContext {
  readonly functionArn: string;
  readonly source: EventSource;
  readonly bootstrapServers: readonly string[];
  readonly format: EventFormat;
}

/** The outer fields of every document (event-source-mapping.md, 23 to 25). */
export function describeFailure(
  functionArn: string,
  condition: string,
  failure: Failure,
  nowMs: number,
) {
  const { response } = failure;
  return {
    requestContext: {
      requestId: failure.requestId ?? randomUUID(),
      functionArn,
      condition,
      approximateInvokeCount: failure.approximateInvokeCount,
    },
    ...(failure.condition === "record_age_exceeded"
      ? {}
      : {
          responseContext:
            response === null
              ? null
              : {
                  statusCode: 200,
                  executedVersion: "$LATEST",
                  functionError: response.functionError,
                },
        }),
    version: "1.0",
    timestamp: new Date(nowMs).toISOString(),
  };
}

/** The cluster, with its ARN for MSK only (24). */
export function describeCluster({ source, bootstrapServers }: DocumentContext) {
  return {
    ...(source.kind === "aws:kafka"
      ? { eventSourceArn: source.eventSourceArn }
      : {}),
    bootstrapServers: bootstrapServers.join(","),
  };
}

/** A record's time; a producer may have set one that no calendar holds: its digits then, rather than no document. */
export function toIsoTime(timestamp: string): string {
  const time = new Date(Number(timestamp));
  return Number.isNaN(time.getTime()) ? timestamp : time.toISOString();
}
