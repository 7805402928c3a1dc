import { expect, test } from "vitest";

import { readSecrets } from "#compose/serverless/cold-start/read-secrets.ts";

const ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:ingest";

test("a variable that holds a secret's ARN becomes the secret; others stay", async () => {
  const environment = {
    DATABASE_URL: ARN,
    KAFKA_BOOTSTRAP_SERVERS: "b-1:9092",
    ABSENT: undefined,
  };

  await readSecrets(environment, async (arn) => `the text of ${arn}`);

  expect(environment).toEqual({
    DATABASE_URL: `the text of ${ARN}`,
    KAFKA_BOOTSTRAP_SERVERS: "b-1:9092",
    ABSENT: undefined,
  });
});

test("nobody is asked where no variable holds an ARN", async () => {
  const asked: string[] = [];

  await readSecrets({ DATABASE_URL: "postgresql://db" }, async (arn) => {
    asked.push(arn);
    return "a secret";
  });

  expect(asked).toEqual([]);
});

test("a secret without text is refused by the variable's name", async () => {
  await expect(
    readSecrets({ DATABASE_URL: ARN }, async () => undefined),
  ).rejects.toMatchObject({
    code: "secret_empty",
    message: expect.stringContaining(
      `DATABASE_URL refers to the secret ${ARN}`,
    ),
  });
});
