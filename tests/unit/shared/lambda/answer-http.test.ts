import middy from "@middy/core";
import { expect, test } from "vitest";

import { answerHttp } from "#shared/lambda/answer-http.ts";
import { PLENTY_OF_TIME } from "#tests/support/invocation-time.ts";

test("the caller gets the response, and nothing of what is for the log", async () => {
  const handler = middy(async () => ({
    response: { statusCode: 200 },
    summary: { route: "page" },
  })).use(answerHttp());

  expect(
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the handler reads nothing of its context
    await handler({}, PLENTY_OF_TIME as never),
  ).toEqual({ statusCode: 200 });
});
