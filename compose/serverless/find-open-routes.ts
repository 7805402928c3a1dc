import { isGroup } from "./is-group.ts";

/** A function as osls or a YAML file has it, as far as its events are concerned. */
export interface FunctionWithEvents {
  readonly events?: readonly unknown[] | undefined;
  /** A function URL, which asks nobody who they are. */
  readonly url?: unknown;
}

/** Other ways to ask a function by HTTP, none of which is looked after here. */
const OTHER_DOORS = ["http", "alb", "websocket"];

/**
 * Routes of the HTTP API that name no authorizer, and other doors, one sentence each: anybody who knows the address could
 * ask them. The short forms `*` and `GET /path` have no place for one.
 */
export function findOpenRoutes(
  functions: Readonly<Record<string, FunctionWithEvents>>,
): string[] {
  return Object.entries(functions).flatMap(([name, { events = [], url }]) => [
    ...(url === undefined || url === false
      ? []
      : [
          `functions.${name}.url: anybody could ask it; use an httpApi event with an authorizer`,
        ]),
    ...events.flatMap((event, index) => {
      if (!isGroup(event)) return [];
      const door = OTHER_DOORS.find((key) => key in event);
      if (door !== undefined)
        return [
          `functions.${name}.events[${index}].${door}: anybody could ask it; use an httpApi event with an authorizer`,
        ];
      if (!("httpApi" in event)) return [];
      const route = event["httpApi"];
      return isGroup(route) && isAuthorizer(route["authorizer"])
        ? []
        : [
            `functions.${name}.events[${index}].httpApi: has no authorizer, so anybody could ask it; name one of provider.httpApi.authorizers`,
          ];
    }),
  ]);
}

function isAuthorizer(value: unknown): boolean {
  return (
    isGroup(value) &&
    ["name", "id"].some((key) => value[key] !== undefined && value[key] !== "")
  );
}
