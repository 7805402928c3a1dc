/** How the asking for answers stands. */
export interface Polling {
  /** How often in a row there was no answer. */
  readonly failureCount: number;
  readonly isHidden: boolean;
  /** Whether a request is under way. */
  readonly isAsking: boolean;
}

export type PollingEvent =
  | "asked"
  | "answered"
  | "refused"
  | "failed"
  | "hidden"
  | "visible"
  /** The browser has lost or found its network, so what was known of it is worth nothing. */
  | "network-changed";

/** What is to be done next; `nothing` leaves what was decided before as it is. */
export type NextStep =
  | { readonly kind: "ask" }
  | { readonly kind: "wait"; readonly delayMs: number }
  | { readonly kind: "nothing" };

const VISIBLE_DELAY_MS = 5000;
const HIDDEN_DELAY_MS = 60_000;
const LONGEST_DELAY_MS = 60_000;

export const INITIAL_POLLING: Polling = {
  failureCount: 0,
  isHidden: false,
  isAsking: false,
};

/** Says what an event changes and what is to be done next: the schedule of all requests. */
export function stepPolling(
  before: Polling,
  event: PollingEvent,
): { readonly polling: Polling; readonly next: NextStep } {
  const polling = apply(before, event);
  return { polling, next: decide(polling, event) };
}

function apply(polling: Polling, event: PollingEvent): Polling {
  switch (event) {
    case "asked":
      return { ...polling, isAsking: true };
    case "answered":
    case "refused":
      return { ...polling, isAsking: false, failureCount: 0 };
    case "failed":
      return {
        ...polling,
        isAsking: false,
        failureCount: polling.failureCount + 1,
      };
    case "hidden":
      return { ...polling, isHidden: true };
    case "visible":
      return { ...polling, isHidden: false };
    default:
      return polling;
  }
}

function decide(polling: Polling, event: PollingEvent): NextStep {
  switch (event) {
    case "asked":
      return { kind: "nothing" };
    case "visible":
    case "network-changed":
      return polling.isAsking ? { kind: "nothing" } : { kind: "ask" };
    case "refused":
      // The same question has the same answer, unless the server is another one some day.
      return { kind: "wait", delayMs: LONGEST_DELAY_MS };
    default:
      return polling.isAsking
        ? { kind: "nothing" }
        : { kind: "wait", delayMs: delayOf(polling) };
  }
}

function delayOf({ failureCount, isHidden }: Polling): number {
  if (isHidden) return HIDDEN_DELAY_MS;
  return Math.min(VISIBLE_DELAY_MS * 2 ** failureCount, LONGEST_DELAY_MS);
}
