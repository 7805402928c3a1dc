import { PipelineError } from "#shared/errors.ts";

/** `fault`: something does not work; `warning`: it works, and somebody should look; `unknown`: it could not be looked at. */
export type FindingState = "ok" | "warning" | "fault" | "unknown";

/** What was found out about one thing. */
export interface Finding {
  /** "Kafka", "topics". */
  readonly subject: string;
  readonly state: FindingState;
  readonly text: string;
  /** What to do about it; absent where nothing is to be done, or where the text says it. */
  readonly nextStep?: string;
}

export const ok = (subject: string, text: string): Finding => ({
  subject,
  state: "ok",
  text,
});

export const warning = (
  subject: string,
  text: string,
  nextStep: string,
): Finding => ({ subject, state: "warning", text, nextStep });

export const fault = (
  subject: string,
  text: string,
  nextStep: string,
): Finding => ({ subject, state: "fault", text, nextStep });

export const unknown = (subject: string, text: string): Finding => ({
  subject,
  state: "unknown",
  text,
});

/** The finding that an error of this project tells, whose message has the next step; any other error is a fault of ours and is thrown. */
export function findingOf(subject: string, error: unknown): Finding {
  if (!(error instanceof PipelineError)) throw error;
  return { subject, state: "fault", text: error.message };
}
