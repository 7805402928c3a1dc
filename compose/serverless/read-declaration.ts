import { readSchedules } from "./read-schedules.ts";
import { findUnusedCustom } from "./check-custom.ts";
import type { Declaration, FunctionDeclaration } from "./declaration.ts";
import { findLostReports } from "./find-lost-reports.ts";
import { includeFiles, type ReadFile } from "./include-files.ts";
import { invalidDeclaration } from "./invalid-declaration.ts";
import { parseYaml } from "./parse-yaml.ts";
import { readHttpRoutes } from "./read-http-routes.ts";
import { readMappings } from "./read-mappings.ts";
import { resolveVariables } from "./resolve-variables.ts";
import { serverlessSchema, type ServerlessFile } from "./schema.ts";

// A function that `custom.local.environments` does not name runs one event at a time.
const DEFAULT_ENVIRONMENTS = 1;

/**
 * Reads serverless.yml (its text, and the files that it includes) with the variables of the environment.
 *
 * Throws PipelineError `invalid_declaration` naming every reference that cannot be resolved, every key, event,
 * resource or tag that is not understood, and every wrong value, in one message.
 */
export function readDeclaration(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
  readFile: ReadFile,
): Declaration {
  const document = includeFiles(parseYaml(text), readFile);
  const resolved = resolveVariables(document, environment);
  const faults = [...resolved.faults];
  const result = serverlessSchema.safeParse(resolved.value);
  if (!result.success) {
    throw invalidDeclaration([
      ...faults,
      ...result.error.issues.flatMap(describeIssue),
    ]);
  }
  const file = result.data;
  for (const path of findUnusedCustom(file.custom, resolved.selfPaths)) {
    faults.push(`${path}: is not known, and nothing refers to it`);
  }
  faults.push(...findUnknownFunctions(file), ...findUnknownParameters(file));
  const schedules = readSchedules(file, faults);
  const mappings = readMappings(file, faults);
  const httpRoutes = readHttpRoutes(file, faults);
  const functions = readFunctions(file);
  faults.push(...findLostReports(functions, mappings));
  if (faults.length > 0) throw invalidDeclaration(faults);
  return { functions, schedules, mappings, httpRoutes };
}

function readFunctions({
  functions,
  provider,
  custom,
}: ServerlessFile): Record<string, FunctionDeclaration> {
  return Object.fromEntries(
    Object.entries(functions).map(
      ([name, { handler, timeout, memorySize, environment }]) => {
        const dot = handler.lastIndexOf(".");
        return [
          name,
          {
            handlerModule: handler.slice(0, dot),
            handlerExport: handler.slice(dot + 1),
            runtime: provider.runtime,
            timeoutMs: (timeout ?? provider.timeout) * 1000,
            memorySizeMb: memorySize ?? provider.memorySize,
            environment: { ...provider.environment, ...environment },
            maximumConcurrency:
              custom.local.environments[name] ?? DEFAULT_ENVIRONMENTS,
          },
        ];
      },
    ),
  );
}

/**
 * Keys under `custom` that name a function must be one. A period for a function without a schedule is none: deleting
 * the schedule alone has to stop it.
 */
function findUnknownFunctions({
  functions,
  custom: { local, aws },
}: ServerlessFile): string[] {
  const groups = {
    "local.schedules": local.schedules,
    "local.environments": local.environments,
    "aws.environment": aws.environment,
  };
  return Object.entries(groups).flatMap(([group, members]) =>
    Object.keys(members)
      .filter((name) => !Object.hasOwn(functions, name))
      .map((name) => `custom.${group}.${name}: there is no such function`),
  );
}

function findUnknownParameters({
  resources,
  custom,
}: ServerlessFile): string[] {
  return Object.keys(custom.local.parameters)
    .filter((name) => !Object.hasOwn(resources.Parameters, name))
    .map(
      (name) => `custom.local.parameters.${name}: there is no such parameter`,
    );
}

type Issue = {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly code?: string;
};

function describeIssue(
  issue: Issue & { readonly keys?: readonly string[] | undefined },
): string[] {
  const place = issue.path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
  if (issue.code !== "unrecognized_keys") return [`${place}: ${issue.message}`];
  return (issue.keys ?? []).map(
    (key) =>
      `${place === "" ? key : `${place}.${key}`}: is not understood by the local runner`,
  );
}
