import { PipelineError } from "#shared/errors.ts";
import type { Schedule, ScheduledEvent, ScheduleInput } from "./schedule.ts";

// The account that LocalStack uses; nothing of it is looked at.
const LOCAL_ACCOUNT = "000000000000";
const PATH = /^\$(\.[A-Za-z_-][\w-]*)+$/;
const PLACEHOLDER = /<([A-Za-z_][\w-]*)>/g;

/** Returns EventBridge's event of a schedule at `atMs` (milliseconds since the epoch, cut to whole seconds). */
export function createScheduledEvent(
  schedule: Schedule,
  atMs: number,
  id: string,
): ScheduledEvent {
  return {
    version: "0",
    id,
    "detail-type": "Scheduled Event",
    source: "aws.events",
    account: LOCAL_ACCOUNT,
    time: `${new Date(atMs).toISOString().slice(0, -".000Z".length)}Z`,
    region: schedule.region,
    resources: [
      `arn:aws:events:${schedule.region}:${LOCAL_ACCOUNT}:rule/${schedule.name}`,
    ],
    detail: {},
  };
}

/**
 * Returns what the function receives: the event, the constant, or the template with every `<name>` replaced by
 * the JSON of the event's value at its path. Throws `invalid_schedule_input` (user) where that is no JSON.
 */
export function buildScheduledInput(
  input: ScheduleInput,
  event: ScheduledEvent,
): unknown {
  if (input.kind === "event") return event;
  if (input.kind === "constant") return input.value;
  return fillTemplate(
    input.inputTemplate,
    readPaths(input.inputPathsMap, event),
  );
}

function readPaths(
  paths: Readonly<Record<string, string>>,
  event: ScheduledEvent,
): Map<string, unknown> {
  return new Map(
    Object.entries(paths).map(([name, path]) => [
      name,
      readPath(name, path, event),
    ]),
  );
}

function readPath(name: string, path: string, event: ScheduledEvent): unknown {
  if (!PATH.test(path)) {
    throw invalidInput(
      `inputPathsMap.${name} is "${path}"; expected a path such as $.time`,
    );
  }
  let value: unknown = event;
  for (const member of path.slice("$.".length).split(".")) {
    value =
      typeof value === "object" && value !== null
        ? Reflect.get(value, member)
        : undefined;
  }
  if (value === undefined) {
    throw invalidInput(
      `inputPathsMap.${name} is "${path}", which a scheduled event does not have`,
    );
  }
  return value;
}

function fillTemplate(
  template: string,
  values: ReadonlyMap<string, unknown>,
): unknown {
  const used = new Set<string>();
  const text = template.replaceAll(PLACEHOLDER, (_, name: string) => {
    if (!values.has(name)) {
      throw invalidInput(
        `inputTemplate holds <${name}>, which inputPathsMap does not name`,
      );
    }
    used.add(name);
    return JSON.stringify(values.get(name));
  });
  for (const name of values.keys()) {
    if (!used.has(name))
      throw invalidInput(`inputPathsMap.${name} is not used in inputTemplate`);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalidInput(`inputTemplate does not give JSON but ${text}`, cause);
  }
}

function invalidInput(message: string, cause?: unknown): PipelineError {
  return new PipelineError(message, {
    code: "invalid_schedule_input",
    domain: "user",
    cause,
  });
}
