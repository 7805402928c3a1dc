import { z } from "zod";

import type { InvocationResult } from "#compose/event-source-mapping/invoker.ts";
import { SECURITY_HEADERS } from "#functions/dashboard/security-headers.ts";

/** What a request gets. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: Buffer;
}

const responseSchema = z.object({
  statusCode: z.int().min(200).max(599),
  headers: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .default({}),
  cookies: z.array(z.string()).default([]),
  body: z.string().default(""),
  isBase64Encoded: z.boolean().default(false),
});
const failureSchema = z.object({
  errorType: z.string().default(""),
  errorMessage: z.string().default(""),
});

/** Makes of an invocation's outcome what the gateway answers: of a failure nothing but that there was one. */
export function readAnswer(result: InvocationResult): HttpAnswer {
  switch (result.kind) {
    case "success":
      return readResponse(result.payload);
    case "function_error":
      return hasTimedOut(result.payload)
        ? answerWithError(504, "the function did not answer in time")
        : answerWithError(502, "the function failed; its log says why");
    case "throttled":
      return answerWithError(503, "too many requests at once; try again");
    default:
      return answerWithError(502, "the function cannot be invoked");
  }
}

/** An answer of the gateway's own. */
export function answerWithError(
  statusCode: number,
  error: string,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  return {
    statusCode,
    headers: {
      ...SECURITY_HEADERS,
      "content-type": "application/json",
      "cache-control": "no-store",
      ...headers,
    },
    cookies: [],
    body: Buffer.from(JSON.stringify({ error })),
  };
}

function readResponse(payload: Uint8Array | null): HttpAnswer {
  const parsed = responseSchema.safeParse(parseJson(payload));
  if (!parsed.success)
    return answerWithError(502, "the function gave no answer of HTTP");
  const { statusCode, headers, cookies, body, isBase64Encoded } = parsed.data;
  return {
    statusCode,
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, String(value)]),
    ),
    cookies,
    body: Buffer.from(body, isBase64Encoded ? "base64" : "utf8"),
  };
}

function hasTimedOut(payload: Uint8Array | null): boolean {
  const parsed = failureSchema.safeParse(parseJson(payload));
  return (
    parsed.success &&
    (parsed.data.errorType === "Sandbox.Timedout" ||
      parsed.data.errorMessage.includes("Task timed out"))
  );
}

function parseJson(payload: Uint8Array | null): unknown {
  if (payload === null) return undefined;
  try {
    return JSON.parse(Buffer.from(payload).toString("utf8"));
  } catch {
    return undefined;
  }
}
