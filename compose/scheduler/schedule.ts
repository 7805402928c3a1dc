/** What a schedule sends: EventBridge's event itself, a constant, or a template filled from the event. */
export type ScheduleInput =
  | { readonly kind: "event" }
  | { readonly kind: "constant"; readonly value: unknown }
  | {
      readonly kind: "transformer";
      /** Name of a placeholder -> path into the event, `$.a.b`. */
      readonly inputPathsMap: Readonly<Record<string, string>>;
      /** JSON text with `<name>` where a value of the event goes. */
      readonly inputTemplate: string;
    };

/** One schedule of a function; it fires at the whole multiples of its period since the epoch. */
export interface Schedule {
  /** Unique among the schedules; the last part of the rule's ARN. */
  readonly name: string;
  readonly functionName: string;
  readonly periodMs: number;
  readonly region: string;
  readonly input: ScheduleInput;
}

/** The event that EventBridge sends for a schedule. */
export interface ScheduledEvent {
  readonly version: "0";
  readonly id: string;
  readonly "detail-type": "Scheduled Event";
  readonly source: "aws.events";
  readonly account: string;
  /** RFC 3339 in UTC, whole seconds. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, never>>;
}
