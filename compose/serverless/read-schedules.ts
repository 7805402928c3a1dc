import {
  buildScheduledInput,
  createScheduledEvent,
} from "#compose/scheduler/build-scheduled-input.ts";
import type { Schedule, ScheduleInput } from "#compose/scheduler/schedule.ts";
import { PipelineError } from "#shared/errors.ts";
import type { ScheduleDeclaration } from "./declaration.ts";
import type { ServerlessFile } from "./schema.ts";

type ScheduleEvent = NonNullable<
  ServerlessFile["functions"][string]["events"][number]["schedule"]
>;

/** Returns the schedules that are on, with the local period where there is one; bad inputs are added to `faults`. */
export function readSchedules(
  file: ServerlessFile,
  faults: string[],
): ScheduleDeclaration[] {
  const schedules: ScheduleDeclaration[] = [];
  for (const [functionName, { events }] of Object.entries(file.functions)) {
    for (const [index, { schedule: event }] of events.entries()) {
      if (event === undefined) continue;
      const schedule: ScheduleDeclaration = {
        name: `${file.service}-${functionName}-${index + 1}`,
        functionName,
        periodMs: file.custom.local.schedules[functionName] ?? event.rate,
        declaredPeriodMs: event.rate,
        region: file.provider.region,
        input: readInput(event),
      };
      const fault = findInputFault(schedule);
      if (fault !== undefined)
        faults.push(
          `functions.${functionName}.events[${index}].schedule: ${fault}`,
        );
      else if (event.enabled) schedules.push(schedule);
    }
  }
  return schedules;
}

function readInput({ input, inputTransformer }: ScheduleEvent): ScheduleInput {
  if (inputTransformer !== undefined)
    return { kind: "transformer", ...inputTransformer };
  return input === undefined
    ? { kind: "event" }
    : { kind: "constant", value: input };
}

/** A template shows its mistakes only when it is filled, so it is filled once now. */
function findInputFault(schedule: Schedule): string | undefined {
  try {
    buildScheduledInput(
      schedule.input,
      createScheduledEvent(schedule, 0, "00000000-0000-0000-0000-000000000000"),
    );
    return undefined;
  } catch (error) {
    if (error instanceof PipelineError) return error.message;
    throw error;
  }
}
