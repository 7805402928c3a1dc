import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

import { openBoundedLog, openLogFolder } from "#compose/runner/bounded-log.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bounded-log-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test("a full log gives way to a new one, and only the last full one is kept", () => {
  const path = join(folder, "a.log");
  const log = openBoundedLog(path, 12);

  for (const line of ["first", "second", "third", "fourth", "fifth"])
    log.write(line);
  log.close();

  expect(readFileSync(path, "utf8")).toBe("fifth\n");
  expect(readFileSync(`${path}.1`, "utf8")).toBe("fourth\n");
});

test("a log that is opened again goes on where it ended", () => {
  const path = join(folder, "a.log");
  const first = openBoundedLog(path, 100);
  first.write("before");
  first.close();

  const second = openBoundedLog(path, 100);
  second.write("after");
  second.close();

  expect(readFileSync(path, "utf8")).toBe("before\nafter\n");
});

test("a folder has a log per name, for the owner's eyes only", () => {
  const logs = openLogFolder(join(folder, "logs"), 1000);

  logs.write("close-windows", "a");
  logs.write("dead-letter", "b");
  logs.close();

  expect(readFileSync(join(folder, "logs/close-windows.log"), "utf8")).toBe(
    "a\n",
  );
  expect(statSync(join(folder, "logs/dead-letter.log")).mode & 0o077).toBe(0);
});
