import { expect, test } from "vitest";

import { setUp } from "#functions/set-up/set-up.ts";

test("the schema comes before the topics, and only the plays' topic is registered", async () => {
  const steps: string[] = [];

  const { summary } = await setUp({
    migrate: async () => {
      steps.push("migrate");
      return [{ name: "000001_create_roles.sql" }];
    },
    createTopics: async () => {
      steps.push("create topics");
      return [
        { topic: "users", partitions: 3, action: "kept" },
        { topic: "songs", partitions: 5, action: "extended" },
        { topic: "stream-events", partitions: 12, action: "created" },
      ];
    },
    registerTopics: async (topics) => {
      for (const { topic, partitions } of topics)
        steps.push(`register ${topic} with ${partitions}`);
    },
  })();

  expect(steps).toEqual([
    "migrate",
    "create topics",
    "register stream-events with 12",
  ]);
  expect(summary).toEqual({
    migrations: ["000001_create_roles.sql"],
    created_topics: ["stream-events"],
    extended_topics: ["songs"],
  });
});
