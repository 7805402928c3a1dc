import { expect, test } from "vitest";

import { loadDeclaration } from "#compose/runner/load-declaration.ts";

/** The namespaces in which the functions write metrics where the local runner or LocalStack runs them. */
async function listNamespaces(
  environment: Readonly<Record<string, string>>,
): Promise<(string | undefined)[]> {
  const { functions } = await loadDeclaration(environment);
  return Object.values(functions).map(
    (declared) => declared.environment["STREAMING_METRICS_NAMESPACE"],
  );
}

test("functions that run here write no metrics into their logs unless they are told to", async () => {
  expect(new Set(await listNamespaces({}))).toEqual(new Set([""]));
  expect(
    new Set(await listNamespaces({ STREAMING_METRICS_NAMESPACE: "music" })),
  ).toEqual(new Set(["music"]));
});
