/** What `CreateEventSourceMapping` answers to a declaration that it refuses. */
export class EventSourceMappingError extends Error {
  readonly code: "InvalidParameterValueException" | "ResourceConflictException";
  readonly domain = "user";
  readonly retry = false;
  readonly statusCode: number;

  constructor(code: EventSourceMappingError["code"], message: string) {
    super(message);
    this.name = "EventSourceMappingError";
    this.code = code;
    this.statusCode = code === "ResourceConflictException" ? 409 : 400;
  }
}

/** Says which property is wrong, what was found and what was expected. */
export function invalidParameter(
  property: string,
  found: unknown,
  expected: string,
): EventSourceMappingError {
  const shown = found === undefined ? "nothing" : JSON.stringify(found);
  return new EventSourceMappingError(
    "InvalidParameterValueException",
    `${property}: found ${shown}, expected ${expected}.`,
  );
}
