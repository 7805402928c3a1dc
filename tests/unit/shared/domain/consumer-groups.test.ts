import { expect, test } from "vitest";

import { listConsumerGroups } from "#compose/runner/list-consumer-groups.ts";
import { loadDeclaration } from "#compose/runner/load-declaration.ts";
import { CONSUMED_TOPICS } from "#shared/domain/consumer-groups.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";

test("the functions know the consumer group of every mapping that serverless.yml declares", async () => {
  const declared = listConsumerGroups(await loadDeclaration({}));

  declared.delete(STREAM_EVENTS_TOPIC);
  expect(
    new Map(
      CONSUMED_TOPICS.map(({ topic, consumerGroup }) => [topic, consumerGroup]),
    ),
  ).toEqual(declared);
});
