import { createLogUpdate } from "log-update";

import { rebuild } from "#compose/rebuild/rebuild.ts";
import { renderRebuild } from "#compose/rebuild/render-rebuild.ts";
import { readConfig } from "#shared/config.ts";
import { PipelineError } from "#shared/errors.ts";
import { createCommand, type CommonOptions } from "./create-command.ts";
import { readEnvironment } from "./environment.ts";
import { findDatabase } from "./find-connections.ts";
import { listenForInterruption } from "./interruption.ts";
import { parseMoment } from "./parse-options.ts";
import { renderProgress } from "./render-progress.ts";
import { runCommand } from "./run-command.ts";
import { writeLine } from "./write-line.ts";

interface RebuildCommandOptions extends CommonOptions {
  readonly from: string;
  readonly to: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const command = createCommand(
  "rebuild",
  "Recomputes the metric tables of closed windows from the facts and reports what differed",
)
  .requiredOption("--from <time>", "the first moment", parseMoment)
  .requiredOption(
    "--to <time>",
    "the moment after the last one; windows that overlap are rebuilt whole",
    parseMoment,
  )
  .option("--dry-run", "only report")
  .option("--json", "print JSON")
  .action(
    async ({
      dataDir,
      from,
      to,
      dryRun = false,
      json,
    }: RebuildCommandOptions) => {
      if (Date.parse(from) >= Date.parse(to)) {
        throw new PipelineError(
          `--from ${from} is not before --to ${to}, so no window lies between them. Give the earlier time as --from.`,
          { code: "conflicting_options", domain: "user" },
        );
      }
      const databaseUrls = await findDatabase(
        dataDir,
        readConfig([], readEnvironment()),
      );
      // On the standard error: JSON may be piped while the progress is watched.
      const draw = process.stderr.isTTY
        ? createLogUpdate(process.stderr)
        : undefined;
      const result = await rebuild({
        databaseUrl: databaseUrls.owner,
        from,
        to,
        isDryRun: dryRun,
        signal: listenForInterruption(),
        onProgress: (done, total) =>
          draw?.(renderProgress("Windows", done, total)),
      }).finally(() => draw?.clear());
      writeLine(
        json === true
          ? JSON.stringify(result, undefined, 2)
          : renderRebuild(result),
      );
    },
  );
await runCommand(command);
