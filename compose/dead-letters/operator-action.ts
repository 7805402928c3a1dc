import { hostname, userInfo } from "node:os";

import type { FieldChange } from "#shared/domain/field-change.ts";

/** Who does something with letters, and why: written down with each of them. */
export interface OperatorAction {
  readonly actor: string;
  /** The reason that was given. */
  readonly note: string | null;
}

/** The person at the keyboard, as far as the machine knows: a container may run as a user whom nobody has given a name. */
export function nameOperator(
  readUser: () => { readonly username: string } = userInfo,
): string {
  try {
    return `${readUser().username}@${hostname()}`;
  } catch {
    return `user ${process.getuid?.() ?? "unknown"}@${hostname()}`;
  }
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
