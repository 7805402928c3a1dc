import { createRecordFilter } from "#compose/event-source-mapping/create-record-filter.ts";

/** Whether a value passes the filters, each the condition on the value. */
export function passes(
  value: string | Buffer | null,
  ...conditions: readonly unknown[]
): boolean | undefined {
  const patterns = conditions.map((condition) =>
    JSON.stringify({ value: condition }),
  );
  return createRecordFilter(patterns)?.(
    typeof value === "string" ? Buffer.from(value) : value,
  );
}
