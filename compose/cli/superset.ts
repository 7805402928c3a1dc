import { Argument } from "commander";

import { BUNDLE_FOLDER } from "#compose/superset/home.ts";
import { locateInstance } from "#compose/superset/instance.ts";
import { loadBundle } from "#compose/superset/roll-out.ts";
import {
  bringUp,
  importIntoRunning,
  signIn,
  takeDown,
  type ImportOptions,
} from "#compose/superset/run-superset.ts";
import { locateAdminPassword } from "#compose/superset/secrets.ts";
import { findSuperset } from "#compose/superset/server.ts";
import { readBundleStatus } from "#compose/superset/show-status.ts";
import { readConfig } from "#shared/config.ts";
import { createCommand, type CommonOptions } from "./create-command.ts";
import { readEnvironment } from "./environment.ts";
import { findDatabase } from "./find-connections.ts";
import { parseHostPort } from "./parse-options.ts";
import { runCommand } from "./run-command.ts";
import { writeLine } from "./write-line.ts";

interface SupersetCommandOptions extends CommonOptions {
  readonly bundle: string;
  readonly databaseAddress?: string;
  readonly prune?: boolean;
}

const ACTIONS = {
  up: async (options: SupersetCommandOptions) => {
    const environment = readEnvironment();
    const importOptions = await readImportOptions(options);
    await bringUp({ ...importOptions, environment });
    const instance = locateInstance(options.dataDir);
    writeLine(
      `ready: http://127.0.0.1:${importOptions.port}/dashboard/list/ (user admin, password in ${locateAdminPassword(instance)})`,
    );
  },
  import: async (options: SupersetCommandOptions) => {
    await importIntoRunning(await readImportOptions(options));
  },
  status: async ({
    dataDir,
    bundle,
    databaseAddress,
  }: SupersetCommandOptions) => {
    const { SUPERSET_PORT: port } = readConfig([], readEnvironment());
    const { assets } = await loadBundle(bundle);
    const session = await signIn({ dataDir, port, databaseAddress });
    const server = await findSuperset(dataDir);
    const { text, isWhole } = await readBundleStatus(
      session,
      assets,
      server?.pid,
    );
    writeLine(text);
    if (!isWhole) process.exitCode = 1;
  },
  down: async ({ dataDir }: SupersetCommandOptions) => {
    const wasRunning = await takeDown(dataDir);
    writeLine(wasRunning ? "Stopped Superset." : "Nothing was running.");
  },
} as const satisfies Record<
  string,
  (options: SupersetCommandOptions) => Promise<void>
>;

async function readImportOptions({
  dataDir,
  bundle,
  databaseAddress,
  prune = false,
}: SupersetCommandOptions): Promise<ImportOptions> {
  const config = readConfig([], readEnvironment());
  const { reader } = await findDatabase(dataDir, config);
  return {
    dataDir,
    port: config.SUPERSET_PORT,
    readerUrl: reader,
    databaseAddress,
    bundleFolder: bundle,
    isPruning: prune,
    onProgress: writeLine,
  };
}

const command = createCommand(
  "superset",
  "Installs, starts and stops Superset, and makes its dashboards those of compose/superset/bundle",
)
  .addArgument(new Argument("<action>").choices(Object.keys(ACTIONS)))
  .option(
    "--prune",
    "up, import: delete what earlier bundles had and this one does not",
  )
  .option(
    "--database-address <host:port>",
    "where Superset reaches Postgres, if elsewhere than this command (in Docker: postgres:5432); for import and status it says that Superset may be another one than that of up",
    parseHostPort,
  )
  .option("--bundle <path>", "another bundle", BUNDLE_FOLDER)
  .action(
    async (action: keyof typeof ACTIONS, options: SupersetCommandOptions) => {
      await ACTIONS[action](options);
    },
  );
await runCommand(command);
