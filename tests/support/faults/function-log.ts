import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Counts the lines of a function's log in which a text is, such as a code of an error. */
export async function countInLog(
  dataDir: string,
  functionName: string,
  text: string,
): Promise<number> {
  // Nothing is logged before the first invocation.
  const log = await readFile(
    join(dataDir, "logs", `${functionName}.log`),
    "utf8",
  ).catch(() => "");
  return log.split("\n").filter((line) => line.includes(text)).length;
}
