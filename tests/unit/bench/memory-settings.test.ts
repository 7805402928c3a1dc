import { expect, test } from "vitest";

import packageJson from "../../../package.json" with { type: "json" };

const { scripts } = packageJson;

/** What is set in front of the command and for Node itself. */
const readSettings = (script: string): string[] =>
  [...script.matchAll(/MALLOC_\w+=\d+|--max[\w-]+=\d+/g)].map(
    ([setting]) => setting,
  );

test.each([
  "up",
  "bench",
  "bench:latency",
  "bench:growth",
  "bench:scale",
] as const)("%s runs with the memory settings of start", (name) => {
  const settings = readSettings(scripts.start);

  expect(settings).toHaveLength(4);
  expect(readSettings(scripts[name])).toEqual(settings);
});
