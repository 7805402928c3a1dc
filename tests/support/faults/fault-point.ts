import type { Declaration } from "#compose/serverless/declaration.ts";

/** A moment in a function's work, as its spans name it; plain data, so that another process can be told. */
export interface FaultPoint {
  readonly functionName: string;
  /** Name of a span of `shared/tracing`, such as `commit`. */
  readonly span: string;
  readonly edge: "start" | "end";
  /** Where a thread says that it is there, and is let go. */
  readonly folder: string;
}

/** How a halting handler is told of its fault point: an execution environment has nothing but variables. */
export const VARIABLES = {
  module: "FAULT_POINT_HANDLER",
  span: "FAULT_POINT_SPAN",
  edge: "FAULT_POINT_EDGE",
  folder: "FAULT_POINT_FOLDER",
} as const;

/** Files in the folder of a fault point. */
export const FILES = { reached: "reached", released: "released" } as const;

const HANDLER = {
  handlerModule: "tests/support/faults/halting-handler",
  handlerExport: "handler",
} as const;

/** Has a function run with a fault point in it, if there is one. */
export function placeFaultPoint(
  declaration: Declaration,
  point: FaultPoint | undefined,
): Declaration {
  if (point === undefined) return declaration;
  const declared = declaration.functions[point.functionName];
  if (declared === undefined)
    throw new Error(`There is no function ${point.functionName}.`);
  const environment = {
    ...declared.environment,
    [VARIABLES.module]: declared.handlerModule,
    [VARIABLES.span]: point.span,
    [VARIABLES.edge]: point.edge,
    [VARIABLES.folder]: point.folder,
  };
  return {
    ...declaration,
    functions: {
      ...declaration.functions,
      [point.functionName]: { ...declared, ...HANDLER, environment },
    },
  };
}
