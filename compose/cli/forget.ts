import { InvalidArgumentError } from "commander";

import { nameOperator } from "#compose/dead-letters/operator-action.ts";
import { forgetUser } from "#compose/forget/forget-user.ts";
import { readConfig } from "#shared/config.ts";
import { PipelineError } from "#shared/errors.ts";
import { createCommand, type CommonOptions } from "./create-command.ts";
import { readEnvironment } from "./environment.ts";
import { findConnections } from "./find-connections.ts";
import { runCommand } from "./run-command.ts";
import { writeLine } from "./write-line.ts";

const TIMEOUT_MS = 30_000;

const command = createCommand(
  "forget",
  "Takes away what is stored of a user but the number, which names nobody then; the user's plays stay counted",
)
  .requiredOption("--user <id>", "the user's number", parseUserId)
  .action(
    async ({ dataDir, user }: CommonOptions & { readonly user: string }) => {
      const { wasKnown, isBlank, letterCount, unreadableCount } =
        await forgetUser(
          await findConnections(dataDir, readConfig([], readEnvironment())),
          { userId: user, actor: nameOperator() },
          TIMEOUT_MS,
        );
      if (!wasKnown)
        writeLine(
          `There was no user ${user}: see that this is the number that was meant. Should such a row still come with an earlier version, it stays blank.`,
        );
      if (!isBlank)
        throw new PipelineError(
          `The tombstone of user ${user} is sent, but load-dimensions has not applied it after ${TIMEOUT_MS / 1000} s. See whether it runs with npm run status; nothing needs to be sent again, and saying npm run forget again tells whether it was applied.`,
          { code: "not_forgotten", domain: "external", retry: true },
        );
      writeLine(
        `User ${user} is forgotten: the row is blank, and so are ${letterCount} dead letters about it.`,
      );
      if (unreadableCount > 0)
        writeLine(
          `${unreadableCount} dead letters of users cannot be read: see whether one is about this user with npm run dlq -- list --topic users, and take it away with npm run dlq -- bury.`,
        );
      writeLine(
        "Kafka keeps the earlier versions until the topic users is compacted: a day, and until a record comes to their partition after it. Letters about them are in dead-letter-queue for 14 days: those that are not stored yet need npm run forget once more.",
      );
    },
  );

function parseUserId(text: string): string {
  if (!/^[1-9]\d{0,9}$/.test(text) || Number(text) > 2_147_483_647)
    throw new InvalidArgumentError(
      "Expected a user's number, from 1 to 2147483647.",
    );
  return text;
}
await runCommand(command);
