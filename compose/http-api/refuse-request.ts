import type { IncomingHttpHeaders } from "node:http";

import { answerWithError, type HttpAnswer } from "./read-answer.ts";

const OWN_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i;

/**
 * What a request is refused with before any function hears of it, or undefined. A page of another name that resolves to
 * this machine (DNS rebinding) may not read what only somebody here may, and nothing here takes a body.
 */
export function refuseRequest(
  target: string,
  headers: IncomingHttpHeaders,
): HttpAnswer | undefined {
  if (!OWN_HOST.test(headers.host ?? ""))
    return answerWithError(421, "this server is localhost and nothing else");
  if (!target.startsWith("/")) return answerWithError(400, "expected a path");
  const length = headers["content-length"] ?? "0";
  if (length !== "0" || headers["transfer-encoding"] !== undefined)
    return answerWithError(413, "no body is taken", { connection: "close" });
  return undefined;
}
