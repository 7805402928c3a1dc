import { addModuleEnding } from "./add-module-ending.ts";
import type { Serverless } from "./osls.ts";
import {
  packageFunctions,
  refuseOpenRoutes,
  useAwsEnvironment,
} from "./package-functions.ts";

/**
 * What osls needs for functions written in TypeScript: `invoke local` imports the handlers themselves, whose types
 * Node strips; `package` bundles them.
 */
export default class Plugin {
  readonly hooks: Readonly<Record<string, () => void | Promise<void>>>;

  constructor(serverless: Serverless) {
    this.hooks = {
      "before:invoke:local:invoke": () => {
        for (const declared of Object.values(serverless.service.functions))
          declared.handler = addModuleEnding(declared.handler);
      },
      // Lambda freezes the connections that a handler keeps; here they would keep the process from its end.
      "after:invoke:local:invoke": () => {
        process.stdout.write("", () => process.exit());
      },
      "before:package:createDeploymentArtifacts": async () => {
        refuseOpenRoutes(serverless);
        useAwsEnvironment(serverless);
        await packageFunctions(serverless);
      },
    };
  }
}
