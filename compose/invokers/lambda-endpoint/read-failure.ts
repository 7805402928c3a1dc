import type { InvocationResult } from "#compose/event-source-mapping/invoker.ts";

const TOO_MANY_REQUESTS = 429;

/** What mends a refusal that no repetition mends. */
const NEXT_STEPS: Readonly<Record<string, string>> = {
  ResourceNotFoundException:
    "deploy it first (to LocalStack: npm run localstack -- deploy)",
  RequestTooLargeException: "give the mapping a smaller BatchSize",
  RequestEntityTooLargeException: "give the mapping a smaller BatchSize",
  AccessDeniedException: "give these credentials lambda:InvokeFunction",
  UnrecognizedClientException: "check the credentials",
};

/**
 * Tells a throttled request from every other way not to run a function. None of them is the function's own error, so
 * none may cost its records an attempt; a refusal that stays (4xx) names the next step, since it comes again until
 * somebody takes it.
 */
export function readFailure(
  functionName: string,
  error: unknown,
): InvocationResult {
  const { name, message, status } = describeError(error);
  if (status === TOO_MANY_REQUESTS || name === "TooManyRequestsException")
    return { kind: "throttled" };
  const what = `${functionName} could not be invoked: ${name}${status === undefined ? "" : ` (${status})`}: ${message}`;
  const nextStep = NEXT_STEPS[name];
  return {
    kind: "service_error",
    message: nextStep === undefined ? what : `${what}; ${nextStep}`,
  };
}

interface Described {
  readonly name: string;
  readonly message: string;
  /** Absent when no answer came. */
  readonly status: number | undefined;
}

function describeError(error: unknown): Described {
  if (!(error instanceof Error))
    return { name: "Error", message: String(error), status: undefined };
  // A connection that was refused on both forms of an address has an empty message and the reasons inside.
  const inner: unknown =
    error instanceof AggregateError ? error.errors[0] : undefined;
  const message =
    error.message === "" && inner instanceof Error
      ? inner.message
      : error.message;
  return {
    name: error.name,
    message: message.replace(/\.$/, ""),
    status: readStatus(error),
  };
}

function readStatus(error: Error): number | undefined {
  if (!("$metadata" in error)) return undefined;
  const metadata = error.$metadata;
  if (typeof metadata !== "object" || metadata === null) return undefined;
  const status: unknown = Reflect.get(metadata, "httpStatusCode");
  return typeof status === "number" ? status : undefined;
}
