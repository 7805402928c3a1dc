import { Command } from "commander";

import { bury } from "./dlq/bury.ts";
import { exportCommand } from "./dlq/export.ts";
import { list } from "./dlq/list.ts";
import { redrive } from "./dlq/redrive.ts";
import { show } from "./dlq/show.ts";
import { stats } from "./dlq/stats.ts";
import { tail } from "./dlq/tail.ts";
import { runCommand } from "./run-command.ts";

const command = new Command("dlq")
  .description("Looks at dead letters, sends them again, gives them up")
  .showHelpAfterError("(--help shows the commands)");
for (const subcommand of [
  tail,
  list,
  show,
  redrive,
  bury,
  exportCommand,
  stats,
])
  command.addCommand(subcommand);
// Whoever reads has seen enough, as `head` has.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});
await runCommand(command);
