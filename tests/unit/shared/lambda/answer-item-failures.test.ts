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
