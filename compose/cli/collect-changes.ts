import { InvalidArgumentError } from "commander";

import {
  type FieldChange,
  splitFieldChange,
} from "#shared/domain/field-change.ts";

/** Collects what is given as `--set field=value`, which may be repeated. */
export function collectChanges(
  text: string,
  previous: readonly FieldChange[],
): FieldChange[] {
  const change = splitFieldChange(text);
  if (change === undefined)
    throw new InvalidArgumentError(
      "Expected a field and its value, such as user_id=42.",
    );
  return [...previous, change];
}
