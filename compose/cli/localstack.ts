import { Argument } from "commander";

import { openDeployment } from "#compose/localstack/deploy.ts";
import { findLocalStack } from "#compose/localstack/find-localstack.ts";
import { locateHome } from "#compose/localstack/home.ts";
import { installLocalStack } from "#compose/localstack/install.ts";
import { startLocalStack, stopLocalStack } from "#compose/localstack/server.ts";
import {
  addConnections,
  loadDeclaration,
} from "#compose/runner/load-declaration.ts";
import { PROJECT_ROOT } from "#compose/runner/project-root.ts";
import { readConfig } from "#shared/config.ts";
import { createCommand, type CommonOptions } from "./create-command.ts";
import { readEnvironment } from "./environment.ts";
import { findConnections } from "./find-connections.ts";
import { runCommand } from "./run-command.ts";
import { writeLine } from "./write-line.ts";

const ACTIONS = {
  install: async () => {
    const environment = readEnvironment();
    const home = await locateHome(readConfig([], environment).LOCALSTACK_HOME);
    const options = { home, environment, onProgress: writeLine };
    const isNew = await installLocalStack(options);
    writeLine(`${isNew ? "Installed" : "Already installed"} in ${home.folder}`);
  },
  start: async (dataDir: string) => {
    const environment = readEnvironment();
    const config = readConfig([], environment);
    const { port } = await startLocalStack({
      dataDir,
      config,
      environment,
      onProgress: writeLine,
    });
    writeLine(`ready: http://127.0.0.1:${port}`);
  },
  deploy: async (dataDir: string) => {
    const environment = readEnvironment();
    const config = readConfig([], environment);
    const endpoint = await findLocalStack(config);
    const connections = await findConnections(dataDir, config);
    const declaration = await loadDeclaration(
      addConnections(environment, connections),
    );
    const deployment = openDeployment({
      endpoint,
      declaration,
      root: PROJECT_ROOT,
      onProgress: writeLine,
    });
    try {
      await deployment.deployFunctions();
      await deployment.deploySchedules(declaration.schedules);
    } finally {
      deployment.close();
    }
    writeLine(
      `Deployed ${Object.keys(declaration.functions).length} functions and ${declaration.schedules.length} schedules to ${endpoint}.`,
    );
  },
  stop: async (dataDir: string) => {
    const wasRunning = await stopLocalStack(dataDir);
    writeLine(wasRunning ? "Stopped LocalStack." : "Nothing was running.");
  },
} as const satisfies Record<string, (dataDir: string) => Promise<void>>;

const command = createCommand(
  "localstack",
  "Installs, starts and stops LocalStack, and deploys the functions and schedules of serverless.yml to it",
)
  .addArgument(new Argument("<action>").choices(Object.keys(ACTIONS)))
  .action(async (action: keyof typeof ACTIONS, { dataDir }: CommonOptions) => {
    await ACTIONS[action](dataDir);
  });
await runCommand(command);
