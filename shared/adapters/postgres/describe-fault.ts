/** What an error says; of an error with none of its own words (a host with several addresses) what each attempt says. */
export function describeFault(cause: unknown): string {
  if (cause instanceof AggregateError && cause.message === "")
    return cause.errors.map(describeFault).join("; ");
  return cause instanceof Error ? cause.message : String(cause);
}
