import { readFileSync } from "node:fs";

import middy from "@middy/core";
import { expect, test } from "vitest";

import {
  answerItemFailures,
  listItemFailures,
} from "#shared/lambda/answer-item-failures.ts";
import { logInvocation } from "#shared/lambda/log-invocation.ts";
import { collectLog } from "#tests/support/collect-log.ts";
import { makeRecord } from "#tests/support/rows/make-records.ts";

const FAILURES = {
  batchItemFailures: [
    { itemIdentifier: { partition: "stream-events-3", offset: 100 } },
  ],
};

test("every record that is to come again is named by its topic, partition and offset", () => {
  expect(
    listItemFailures([makeRecord({ id: 1, partition: 3, offset: 100 })]),
  ).toEqual(FAILURES);
  expect(listItemFailures([])).toEqual({ batchItemFailures: [] });
});

test.for([
  ["the failures alone", { ...FAILURES, summary: { accepted: 1 } }, FAILURES],
  ["no failures", { summary: {} }, { batchItemFailures: [] }],
] as const)(
  "the answer is %s, and the summary is logged",
  async ([, result, answer]) => {
    const { logger, lines } = collectLog();
    const handler = middy(async () => result)
      .use(answerItemFailures())
      .use(logInvocation({ logger }));

    expect(await Reflect.apply(handler, undefined, [{}, {}])).toEqual(answer);
    expect(lines).toMatchObject([["info", "invocation", result.summary]]);
  },
);

test("serverless.yml reports the rest of a micro-batch only to a mapping that reads the report", () => {
  const declaration = readFileSync(
    new URL("../../../../serverless.yml", import.meta.url),
    "utf8",
  );

  expect(losesTheRest(declaration)).toBe(false);
  expect(losesTheRest("STREAMING_PARTIAL_RESPONSES: 'on'")).toBe(true);
});

/** A mapping without the setting passes over the answer: what was not done would count as done. */
function losesTheRest(declaration: string): boolean {
  return (
    /STREAMING_PARTIAL_RESPONSES: *['"]?on/.test(declaration) &&
    !/ReportBatchItemFailures/.test(declaration)
  );
}
