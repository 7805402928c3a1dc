import type { FunctionDeclaration, MappingDeclaration } from "./declaration.ts";

/**
 * Functions that report what they had no time for, to a mapping that passes over the answer: what was not done would
 * count as done.
 */
export function findLostReports(
  functions: Readonly<Record<string, FunctionDeclaration>>,
  mappings: readonly MappingDeclaration[],
): string[] {
  return mappings
    .filter(
      ({ configuration: { functionName, reportBatchItemFailures } }) =>
        functions[functionName]?.environment["STREAMING_PARTIAL_RESPONSES"] ===
          "on" && !reportBatchItemFailures,
    )
    .map(
      ({ name, configuration: { functionName } }) =>
        `resources.Resources.${name}.Properties.FunctionResponseTypes: is without ReportBatchItemFailures, which ${functionName} needs as long as its STREAMING_PARTIAL_RESPONSES is on; declare it, or set that to off`,
    );
}
