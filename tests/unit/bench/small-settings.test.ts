import { expect, test } from "vitest";

import packageJson from "../../../package.json" with { type: "json" };

const { scripts } = packageJson;

/** What is set in front of the command and for Node itself, without the number of execution environments. */
const readSettings = (script: string): string[] =>
  [...script.matchAll(/MALLOC_\w+=\d+|--(?:max|heap)[\w-]+=\d+/g)].map(
    ([setting]) => setting,
  );

test("bench:small measures the settings of start:small", () => {
  const settings = readSettings(scripts["start:small"]);

  expect(settings).toHaveLength(5);
  expect(readSettings(scripts["bench:small"])).toEqual(settings);
  expect(scripts["start:small"]).toContain("STREAMING_ENVIRONMENTS=1 ");
  expect(scripts["bench:small"]).toMatch(/ --environments 1$/);
});
