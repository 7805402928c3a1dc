import { buildPage } from "#compose/page/build-page.ts";
import { packFunction } from "#compose/serverless/bundle/pack-function.ts";
import type {
  Declaration,
  ScheduleDeclaration,
} from "#compose/serverless/declaration.ts";
import { createDeploymentClients } from "./clients.ts";
import { deployFunction } from "./deploy-function.ts";
import { deploySchedules } from "./deploy-schedules.ts";

export interface DeploymentOptions {
  readonly endpoint: string;
  readonly declaration: Pick<Declaration, "functions">;
  /** The repository. */
  readonly root: string;
  readonly onProgress: (message: string) => void;
}

/** What is put into one LocalStack; doing it again changes nothing. */
export interface Deployment {
  /** Every declared function with its runtime, variables, time-out and memory. */
  deployFunctions(): Promise<void>;
  /** Rules for exactly these schedules, whose functions are deployed; no schedule stops all. */
  deploySchedules(schedules: readonly ScheduleDeclaration[]): Promise<void>;
  close(): void;
}

/** Opens the clients of a deployment; `close` ends their connections. */
export function openDeployment({
  endpoint,
  declaration,
  root,
  onProgress,
}: DeploymentOptions): Deployment {
  const clients = createDeploymentClients(endpoint);
  const arns = new Map<string, string>();
  return {
    deployFunctions: async () => {
      await buildPage({ root });
      for (const [name, declared] of Object.entries(declaration.functions)) {
        onProgress(`LocalStack: deploying ${name}`);
        const packed = await packFunction({ root, ...declared });
        const wanted = { name, ...packed, ...declared };
        arns.set(name, await deployFunction(clients.lambda, wanted));
      }
    },
    deploySchedules: (schedules) => deploySchedules(clients, schedules, arns),
    close: () => clients.close(),
  };
}
