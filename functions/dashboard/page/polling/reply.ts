import type { DashboardAnswer } from "#shared/domain/dashboards/answer.ts";
import { isDashboardAnswer } from "./is-dashboard-answer.ts";

/** What became of a request for an answer. */
export type Reply =
  | {
      readonly kind: "answered";
      readonly answer: DashboardAnswer;
      readonly etag: string | null;
    }
  | { readonly kind: "unchanged" }
  /** The server takes the parameters for wrong. */
  | { readonly kind: "refused"; readonly message: string }
  /** Something is there and gives no answer now: the server, or what stands before it. */
  | { readonly kind: "unavailable"; readonly message: string }
  | { readonly kind: "unreachable" };

const TIMEOUT_MS = 15_000;
/** About the address itself, so that it is wrong until it is another one. Any other status may pass. */
const REFUSALS: ReadonlySet<number> = new Set([400, 404]);

/** Asks for an answer, and only for a newer one than that with the ETag. Throws only when the signal aborts. */
export async function requestAnswer(
  path: string,
  etag: string | null,
  signal: AbortSignal,
): Promise<Reply> {
  try {
    const response = await fetch(path, {
      headers: {
        accept: "application/json",
        ...(etag === null ? {} : { "if-none-match": etag }),
      },
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    return await readReply(response);
  } catch {
    // Whoever has given up does not want to hear of it as of a lost connection.
    signal.throwIfAborted();
    return { kind: "unreachable" };
  }
}

/** Reads what a response says; throws what breaks off its body. */
export async function readReply(response: Response): Promise<Reply> {
  if (response.status === 304) return { kind: "unchanged" };
  if (response.ok) {
    const answer = parseJson(await response.text());
    return isDashboardAnswer(answer)
      ? { kind: "answered", answer, etag: response.headers.get("etag") }
      : { kind: "unavailable", message: "what came is no answer" };
  }
  const message = await readMessage(response);
  return REFUSALS.has(response.status)
    ? { kind: "refused", message }
    : { kind: "unavailable", message };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readMessage(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => undefined);
  const isExplained =
    typeof body === "object" && body !== null && "error" in body;
  return isExplained ? String(body.error) : `HTTP status ${response.status}`;
}
