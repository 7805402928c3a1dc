import { access } from "node:fs/promises";

import type { RunningServer } from "#compose/embedded/running-server.ts";
import { PipelineError } from "#shared/errors.ts";

/** Where a server is, or comes from. */
export interface ServerSource<Connection> {
  /** Finds one that runs; throws `not_running` where none does. */
  readonly find: () => Promise<Connection>;
  /** The folder of the embedded one, which is there from its first start on. */
  readonly home: string;
  /** Starts the embedded one. */
  readonly start: () => Promise<{
    readonly server: RunningServer;
    readonly connection: Connection;
  }>;
}

/**
 * Runs the work with the server that is found. The embedded one, which npm run down stops with its runner, is started
 * for it and stopped again; a data directory without one is left without. Throws what `find` and `start` throw.
 */
export async function withServer<Connection, Result>(
  { find, home, start }: ServerSource<Connection>,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  let found: Connection;
  try {
    found = await find();
  } catch (error) {
    if (!(error instanceof PipelineError && error.code === "not_running"))
      throw error;
    if (!(await exists(home))) throw error;
    const { server, connection } = await start();
    try {
      return await work(connection);
    } finally {
      if (server.origin === "started") await server.stop();
    }
  }
  return work(found);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
