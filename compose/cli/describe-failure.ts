/**
 * Returns what a person is told of an error: the message of one that they or their servers can mend, for any other
 * one also where to look; the stack and the causes only when asked for.
 */
export function describeFailure(error: unknown, isDebugging: boolean): string {
  const lines = [
    isExpected(error) ? error.message : `Unexpected error: ${toMessage(error)}`,
  ];
  if (isDebugging) lines.push(...listStacks(error));
  else if (!isExpected(error))
    lines.push(
      "Run the command again with --debug for its stack; the functions' logs are in .data/logs.",
    );
  return lines.join("\n");
}

function isExpected(error: unknown): error is Error {
  return (
    error instanceof Error &&
    "domain" in error &&
    (error.domain === "user" || error.domain === "external")
  );
}

function listStacks(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const inner = error instanceof AggregateError ? error.errors : [error.cause];
  return [error.stack ?? error.message, ...inner.flatMap(listStacks)];
}

function toMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
