import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { onTestFinished } from "vitest";

/** Makes a folder that goes with the test. */
export async function makeTemporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "localstack-unit-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** Puts a program into the folder: a shell script with these lines. */
export async function writeProgram(
  folder: string,
  name: string,
  ...lines: readonly string[]
): Promise<void> {
  const script = ["#!/bin/sh", ...lines, ""].join("\n");
  await writeFile(join(folder, name), script, { mode: 0o755 });
}
