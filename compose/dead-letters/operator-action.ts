import { hostname, userInfo } from "node:os";

import type { FieldChange } from "#shared/domain/field-change.ts";

/** Who does something with letters, and why: written down with each of them. */
export interface OperatorAction {
  readonly actor: string;
  /** The reason that was given. */
  readonly note: string | null;
}

/** The person at the keyboard, as far as the machine knows. */
export function nameOperator(): string {
  return `${userInfo().username}@${hostname()}`;
}

/** What is written down: what was changed and why; null where there is nothing to say. */
export function describeAction(
  note: string | null,
  changes: readonly FieldChange[] = [],
): string | null {
  const changed = changes.map(({ field, text }) => `${field}=${text}`);
  const parts = [
    ...(changed.length === 0 ? [] : [`set ${changed.join(", ")}`]),
    ...(note === null ? [] : [note]),
  ];
  return parts.length === 0 ? null : parts.join("; ");
}
