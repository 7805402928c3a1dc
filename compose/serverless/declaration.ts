import type { EventSourceMappingConfiguration } from "#compose/event-source-mapping/configuration.ts";
import type { Schedule } from "#compose/scheduler/schedule.ts";

/** A function as serverless.yml declares it, defaults filled in. */
export interface FunctionDeclaration {
  /** Path of the module below the repository, without ".ts". */
  readonly handlerModule: string;
  readonly handlerExport: string;
  readonly runtime: "nodejs24.x";
  readonly timeoutMs: number;
  readonly memorySizeMb: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Execution environments (worker threads) that may run at once. */
  readonly maximumConcurrency: number;
}

/** An event source mapping under its resource's name in serverless.yml. */
export interface MappingDeclaration {
  readonly name: string;
  readonly configuration: EventSourceMappingConfiguration;
}

/** A schedule, with the period that EventBridge is told: `custom.local` holds for the local scheduler only. */
export interface ScheduleDeclaration extends Schedule {
  readonly declaredPeriodMs: number;
}

/** A route of the HTTP API. */
export interface HttpRouteDeclaration {
  readonly functionName: string;
  readonly method: string;
  /** With variables: `/songs/{id}`. */
  readonly path: string;
}

/** All that serverless.yml says. */
export interface Declaration {
  readonly functions: Readonly<Record<string, FunctionDeclaration>>;
  readonly schedules: readonly ScheduleDeclaration[];
  readonly mappings: readonly MappingDeclaration[];
  readonly httpRoutes: readonly HttpRouteDeclaration[];
}
