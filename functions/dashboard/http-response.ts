import { SECURITY_HEADERS } from "./security-headers.ts";

/** What API Gateway (payload format 2.0) makes an HTTP answer from. */
export interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/** An answer with the security headers. */
export function respond(
  statusCode: number,
  headers: Readonly<Record<string, string>>,
  body?: string | Buffer,
): HttpResponse {
  const head = { statusCode, headers: { ...SECURITY_HEADERS, ...headers } };
  if (body === undefined) return head;
  return typeof body === "string"
    ? { ...head, body }
    : { ...head, body: body.toString("base64"), isBase64Encoded: true };
}

/** An answer that says what was wrong and what is expected, and nothing else. */
export function respondWithError(
  statusCode: number,
  error: string,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return respond(
    statusCode,
    {
      "content-type": "application/json",
      "cache-control": "no-store",
      ...headers,
    },
    JSON.stringify({ error }),
  );
}
