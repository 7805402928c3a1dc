import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Connections } from "#compose/embedded/connection-env.ts";
import type { Declaration } from "#compose/serverless/declaration.ts";
import { readDeclaration } from "#compose/serverless/read-declaration.ts";
import { PROJECT_ROOT } from "./project-root.ts";

/** Variables by name; an absent one is not a key. */
export type Environment = Readonly<Record<string, string>>;

/** Reads the project's serverless.yml; throws what `readDeclaration` throws. */
export async function loadDeclaration(
  environment: Environment,
): Promise<Declaration> {
  return readDeclaration(
    readProjectFile("serverless.yml"),
    environment,
    readProjectFile,
  );
}

function readProjectFile(path: string): string {
  return readFileSync(join(PROJECT_ROOT, path), "utf8");
}

/** Returns the environment with the addresses of these servers in it, which is how functions learn of them. */
export function addConnections(
  environment: Environment,
  connections: Connections,
): Environment {
  const { kafkaBootstrapServers, databaseUrls } = connections;
  return {
    ...environment,
    KAFKA_BOOTSTRAP_SERVERS: kafkaBootstrapServers,
    DATABASE_URL: databaseUrls.owner,
    INGEST_DATABASE_URL: databaseUrls.ingest,
    CLOSER_DATABASE_URL: databaseUrls.closer,
    READER_DATABASE_URL: databaseUrls.reader,
  };
}
