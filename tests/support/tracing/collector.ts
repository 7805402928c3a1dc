import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { z } from "zod";

/** The part of OTLP's JSON that tests read; what is not in it is not looked at. */
const attributes = z
  .array(
    z.object({
      key: z.string(),
      value: z.looseObject({
        stringValue: z.string().optional(),
        intValue: z.coerce.number().optional(),
        boolValue: z.boolean().optional(),
        arrayValue: z
          .object({ values: z.array(z.object({ stringValue: z.string() })) })
          .optional(),
      }),
    }),
  )
  .transform((list) =>
    Object.fromEntries(
      list.map(({ key, value }) => [
        key,
        value.stringValue ??
          value.intValue ??
          value.boolValue ??
          value.arrayValue?.values.map(({ stringValue }) => stringValue),
      ]),
    ),
  );
const span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  startTimeUnixNano: z.coerce.bigint(),
  endTimeUnixNano: z.coerce.bigint(),
  attributes,
  links: z.array(z.object({ traceId: z.string(), spanId: z.string() })),
  events: z.array(z.unknown()),
  status: z.object({ code: z.number(), message: z.string().optional() }),
});
const request = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes }),
      scopeSpans: z.array(z.object({ spans: z.array(span) })),
    }),
  ),
});

/** A span as a collector is told of it. */
export type CollectedSpan = z.output<typeof span> & {
  /** The function. */
  readonly service: unknown;
};

/** A collector for OTLP over HTTP with JSON, on a free port of 127.0.0.1. */
export interface Collector {
  readonly endpoint: string;
  /** What has come so far. */
  spans(): readonly CollectedSpan[];
  /** Everything that was sent, as text. */
  text(): string;
  close(): Promise<void>;
}

/** Starts a collector that keeps what it is sent. */
export async function startCollector(): Promise<Collector> {
  const bodies: string[] = [];
  const server = createServer((received, answer) => {
    void take(received, answer);
  });
  const take = async (
    received: IncomingMessage,
    answer: ServerResponse,
  ): Promise<void> => {
    const body = await readBody(received);
    const isOtlp =
      received.method === "POST" &&
      received.url === "/v1/traces" &&
      received.headers["content-type"] === "application/json";
    if (isOtlp) bodies.push(body);
    answer.writeHead(isOtlp ? 200 : 404).end("{}");
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string")
    throw new Error("the collector has no port");
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    spans: () => bodies.flatMap(readSpans),
    text: () => bodies.join("\n"),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function readBody(received: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of received) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function readSpans(body: string): CollectedSpan[] {
  return request
    .parse(JSON.parse(body))
    .resourceSpans.flatMap(({ resource, scopeSpans }) =>
      scopeSpans.flatMap(({ spans }) =>
        spans.map((each) => ({
          ...each,
          service: resource.attributes["service.name"],
        })),
      ),
    );
}
