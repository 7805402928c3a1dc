/** Who can mend it: the person at the keyboard, the system we depend on, or we ourselves. */
export type ErrorDomain = "user" | "external" | "internal";

export interface PipelineErrorOptions {
  /** Stable; branch on this, never on the message. */
  readonly code: string;
  readonly domain: ErrorDomain;
  /** Whether the same call may succeed later without anyone changing anything. */
  readonly retry?: boolean;
  readonly cause?: unknown;
}

/** The one error type of the project; its message says what is wrong, what was expected and the next step. */
export class PipelineError extends Error {
  readonly code: string;
  readonly domain: ErrorDomain;
  readonly retry: boolean;

  constructor(
    message: string,
    { code, domain, retry = false, cause }: PipelineErrorOptions,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "PipelineError";
    this.code = code;
    this.domain = domain;
    this.retry = retry;
  }
}
