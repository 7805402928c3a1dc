import { diagnose } from "#compose/doctor/diagnose.ts";
import { renderFindings } from "#compose/doctor/render-findings.ts";
import { readConfig } from "#shared/config.ts";
import {
  createCommand,
  DEFAULT_DATA_DIR,
  type CommonOptions,
} from "./create-command.ts";
import { readEnvironment } from "./environment.ts";
import { findAddresses } from "./find-connections.ts";
import { runCommand } from "./run-command.ts";
import { writeLine } from "./write-line.ts";

const command = createCommand(
  "doctor",
  "Looks for what is wrong, from the machine to the dead letters, and says what to do; changes nothing",
)
  .option("--json", "print JSON")
  .action(
    async ({ dataDir, json }: CommonOptions & { readonly json?: boolean }) => {
      const environment = readEnvironment();
      const config = readConfig([], environment);
      const findings = await diagnose({
        dataDir,
        environment,
        config,
        addresses: await findAddresses(dataDir, config),
      });
      if (json === true) writeLine(JSON.stringify(findings, undefined, 2));
      else {
        writeLine(renderFindings(findings));
        if (dataDir !== DEFAULT_DATA_DIR)
          writeLine(`Give each command -- --data-dir '${dataDir}', too.`);
      }
      if (findings.some(({ state }) => state === "fault")) process.exitCode = 1;
    },
  );

await runCommand(command);
