import { inject } from "vitest";

import { createDatabase, type TestDatabase } from "./servers.ts";

/** A database of its own for a test file: migrated and set up (windows of 5 minutes and an hour, ten partitions). */
export function createMigratedDatabase(): Promise<TestDatabase> {
  return createDatabase({ template: inject("migratedTemplate") });
}
