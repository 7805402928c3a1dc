import { open, stat } from "node:fs/promises";

import { PipelineError } from "#shared/errors.ts";
import { shorten, type SupersetSession } from "./session.ts";

const SHOWN_LINES = 15;
/** The lines of Superset's log that say why. */
const REASON = /validation failed|Error|Exception|Invalid|Unknown field/;

/**
 * Sends a packed bundle, which overwrites what Superset has of it. Throws `superset_import_refused` (user) with what the
 * answer says and, since that is only a page for most faults, what the server has logged meanwhile.
 */
export async function importBundle(
  session: SupersetSession,
  archive: Uint8Array<ArrayBuffer>,
  logFile: string,
): Promise<void> {
  const form = new FormData();
  form.set("bundle", new Blob([archive]), "bundle.zip");
  const logSize = await readSize(logFile);
  const answer = await session.request("POST", "/api/v1/assets/import/", form);
  if (answer.status === 200) return;
  const reasons = (await readFrom(logFile, logSize))
    .split("\n")
    .filter((line) => REASON.test(line))
    .slice(-SHOWN_LINES);
  const said = answer.text.trimStart().startsWith("<")
    ? "(a page without the reason)"
    : shorten(answer.text);
  throw new PipelineError(
    [
      `Superset has refused the bundle with status ${answer.status}: ${said}`,
      `Its log (${logFile}) has of it:`,
      ...(reasons.length === 0 ? ["nothing"] : reasons),
      "Nothing of it was imported. Mend compose/superset/bundle and import again.",
    ].join("\n"),
    { code: "superset_import_refused", domain: "user" },
  );
}

/** 0 where there is no such file: with Docker the log is Docker's. */
function readSize(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

async function readFrom(path: string, position: number): Promise<string> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return "";
  try {
    const { size } = await file.stat();
    const buffer = Buffer.alloc(Math.max(size - position, 0));
    await file.read(buffer, 0, buffer.length, position);
    return buffer.toString("utf8");
  } finally {
    await file.close();
  }
}
