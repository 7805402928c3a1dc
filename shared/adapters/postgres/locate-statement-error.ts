import { DatabaseError } from "pg";

/** Shows where in a text of SQL an error of Postgres is: line, the line's text, a caret, the message and the hint. */
export function locateStatementError(text: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof DatabaseError)) return message;
  const hint = error.hint === undefined ? "" : `\nHint: ${error.hint}`;
  const position = Number(error.position);
  if (!Number.isInteger(position)) return `${message}${hint}`;
  // Postgres counts characters, from 1.
  const before = Array.from(text)
    .slice(0, position - 1)
    .join("");
  const lineNumber = before.split("\n").length;
  const column = before.length - (before.lastIndexOf("\n") + 1);
  const line = text.split("\n")[lineNumber - 1] ?? "";
  return `line ${lineNumber}: ${line}\n${" ".repeat(`line ${lineNumber}: `.length + column)}^\n${message}${hint}`;
}
