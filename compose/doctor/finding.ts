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

/** The findings of an examination. An error is one, too, so that it hides no other: ours says what to do, any other is no verdict. */
export async function examine(
  subject: string,
  examination: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await examination();
  } catch (error) {
    return [
      error instanceof PipelineError
        ? { subject, state: "fault", text: error.message }
        : unknown(subject, `could not be looked at: ${String(error)}`),
    ];
  }
}
