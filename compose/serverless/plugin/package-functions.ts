import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { buildPage } from "#compose/page/build-page.ts";
import { packFunction } from "#compose/serverless/bundle/pack-function.ts";
import { findOpenRoutes } from "#compose/serverless/find-open-routes.ts";
import { invalidDeclaration } from "#compose/serverless/invalid-declaration.ts";
import type { Serverless } from "./osls.ts";

/** Bundles every function into an archive of its own, in the folder where osls looks for what it deploys. */
export async function packageFunctions({
  serviceDir,
  service,
}: Serverless): Promise<void> {
  const folder = join(serviceDir, ".serverless");
  await mkdir(folder, { recursive: true });
  await buildPage({ root: serviceDir });
  for (const [name, declared] of Object.entries(service.functions)) {
    const dot = declared.handler.lastIndexOf(".");
    const { archive } = await packFunction({
      root: serviceDir,
      handlerModule: declared.handler.slice(0, dot),
      handlerExport: declared.handler.slice(dot + 1),
    });
    const artifact = join(folder, `${name}.zip`);
    await writeFile(artifact, archive);
    declared.package = { ...declared.package, artifact };
  }
}

/** Throws `invalid_declaration` where a route of the HTTP API has no authorizer: nothing of it may reach AWS. */
export function refuseOpenRoutes({
  service,
}: Pick<Serverless, "service">): void {
  const faults = findOpenRoutes(service.functions);
  if (faults.length > 0) throw invalidDeclaration(faults);
}

/** Puts the variables of `custom.aws.environment` over the functions' own, so that none of this machine goes along. */
export function useAwsEnvironment({ service }: Serverless): void {
  for (const [name, variables] of Object.entries(
    service.custom.aws.environment,
  )) {
    const declared = service.functions[name];
    if (declared === undefined)
      throw new Error(`custom.aws.environment.${name}: there is no function`);
    declared.environment = { ...declared.environment, ...variables };
  }
}
