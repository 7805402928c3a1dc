import {
  INITIAL_POLLING,
  stepPolling,
  type NextStep,
  type Polling,
  type PollingEvent,
} from "./polling.ts";
import { requestAnswer, type Reply } from "./reply.ts";

export interface PollingOptions {
  readonly path: string;
  /** Of the answer that is shown already. */
  readonly etag: string | null;
  /** What it throws is reported and counts as a failure. */
  readonly onReply: (reply: Reply) => void;
}

/** Asks at once and then again and again, as `stepPolling` says; returns what ends it. */
export function startPolling({
  path,
  etag: firstEtag,
  onReply,
}: PollingOptions): () => void {
  const ending = new AbortController();
  const { signal } = ending;
  let polling: Polling = { ...INITIAL_POLLING, isHidden: document.hidden };
  let etag = firstEtag;
  let timer: number | undefined;

  const happen = (event: PollingEvent) => {
    const step = stepPolling(polling, event);
    polling = step.polling;
    proceed(step.next);
  };
  const proceed = (next: NextStep) => {
    if (next.kind === "nothing") return;
    window.clearTimeout(timer);
    if (next.kind === "ask") void ask();
    else timer = window.setTimeout(() => void ask(), next.delayMs);
  };
  const ask = async () => {
    happen("asked");
    let reply: Reply;
    try {
      reply = await requestAnswer(path, etag, signal);
    } catch {
      return;
    }
    if (signal.aborted) return;
    if (reply.kind === "answered") etag = reply.etag;
    // What was refused is not shown any more, so that nothing can be unchanged.
    if (reply.kind === "refused") etag = null;
    happen(deliver(reply));
  };
  const deliver = (reply: Reply): PollingEvent => {
    try {
      onReply(reply);
      return toEvent(reply);
    } catch (error) {
      // Nobody knows what is shown now: the next answer has to come in full.
      etag = null;
      reportError(error);
      return "failed";
    }
  };

  document.addEventListener(
    "visibilitychange",
    () => happen(document.hidden ? "hidden" : "visible"),
    { signal },
  );
  for (const name of ["online", "offline"])
    window.addEventListener(name, () => happen("network-changed"), { signal });
  void ask();
  return () => {
    window.clearTimeout(timer);
    ending.abort();
  };
}

function toEvent({ kind }: Reply): PollingEvent {
  switch (kind) {
    case "answered":
    case "unchanged":
      return "answered";
    case "refused":
      return "refused";
    default:
      return "failed";
  }
}
