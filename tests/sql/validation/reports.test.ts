import { isDeepStrictEqual } from "node:util";

import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { loadValidationStatements } from "#compose/validation/load-validation-statements.ts";
import { runReports } from "#compose/validation/run-validation.ts";
import { createMigratedDatabase } from "#tests/support/database.ts";

import { REPORT_CASES_BY_ATTRIBUTE } from "./report-cases-by-attribute.ts";
import { REPORT_CASES_BY_TIME } from "./report-cases-by-time.ts";
import { REPORT_CASES_OF_TABLES } from "./report-cases-of-tables.ts";
import type { ReportCase } from "./report-case.ts";
import { runAndRollBack } from "./run-and-roll-back.ts";
import { insertPlays, insertSmallCatalogue } from "./small-catalogue.ts";

const CASES: readonly ReportCase[] = [
  ...REPORT_CASES_OF_TABLES,
  ...REPORT_CASES_BY_ATTRIBUTE,
  ...REPORT_CASES_BY_TIME,
];

let client: Client;

beforeAll(async () => {
  const { urls } = await createMigratedDatabase();
  client = new Client({ connectionString: urls.owner });
  await client.connect();
  await insertSmallCatalogue(client);
});

afterAll(async () => {
  await client.end();
});

describe("each report", () => {
  test.for(CASES)(
    "$report $title",
    async ({ report, plays, given = "select", rows, isComplete = true }) => {
      const reports = await runAndRollBack(client, async (transaction) => {
        await insertPlays(client, plays);
        await client.query(given);
        return runReports(transaction);
      });

      const found = reports.find(({ name }) => name === report);
      const compared = isComplete
        ? found?.rows
        : found?.rows.filter((row) =>
            rows.some((wanted) => isDeepStrictEqual(row, wanted)),
          );
      expect(compared).toEqual(rows);
      expect(found?.columns).toEqual(Object.keys(rows[0] ?? {}));
    },
  );

  test("has a case with rows that it was given", () => {
    const names = loadValidationStatements("reports").map(({ name }) => name);

    expect([...new Set(CASES.map(({ report }) => report))].sort()).toEqual(
      names,
    );
  });
});
