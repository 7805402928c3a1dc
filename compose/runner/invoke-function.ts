import type { Invoker } from "#compose/event-source-mapping/invoker.ts";
import { PipelineError } from "#shared/errors.ts";

/** Sends a function an event and returns its answer; throws `function_failed` (external) with the function's own message. */
export async function invokeFunction(
  invoker: Invoker,
  functionName: string,
  event: unknown,
): Promise<unknown> {
  const result = await invoker.invoke(
    functionName,
    new TextEncoder().encode(JSON.stringify(event)),
  );
  if (result.kind === "success") return parsePayload(result.payload);
  throw new PipelineError(
    `${functionName} failed: ${describeFailure(result)}. Its log is .data/logs/${functionName}.log; mend the cause and try again.`,
    { code: "function_failed", domain: "external", retry: true },
  );
}

function describeFailure(
  result: Exclude<Awaited<ReturnType<Invoker["invoke"]>>, { kind: "success" }>,
): string {
  if (result.kind === "throttled") return "too many invocations at once";
  if (result.kind === "service_error") return result.message;
  const payload = parsePayload(result.payload);
  const hasMessage =
    typeof payload === "object" &&
    payload !== null &&
    "errorMessage" in payload;
  return hasMessage
    ? String(payload.errorMessage).replace(/\.$/, "")
    : result.functionError;
}

function parsePayload(payload: Uint8Array | null): unknown {
  return payload === null
    ? undefined
    : JSON.parse(Buffer.from(payload).toString("utf8"));
}
