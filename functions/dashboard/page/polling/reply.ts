import type { DashboardAnswer } from "#shared/domain/dashboards/answer.ts";

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
  /** The server is there and cannot answer now. */
  | { readonly kind: "unavailable"; readonly message: string }
  | { readonly kind: "unreachable" };

const TIMEOUT_MS = 15_000;

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

async function readReply(response: Response): Promise<Reply> {
  if (response.status === 304) return { kind: "unchanged" };
  if (response.ok) {
    const answer: DashboardAnswer = JSON.parse(await response.text());
    return { kind: "answered", answer, etag: response.headers.get("etag") };
  }
  const message = await readMessage(response);
  return response.status >= 500
    ? { kind: "unavailable", message }
    : { kind: "refused", message };
}

async function readMessage(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => undefined);
  const isExplained =
    typeof body === "object" && body !== null && "error" in body;
  return isExplained ? String(body.error) : `HTTP status ${response.status}`;
}
