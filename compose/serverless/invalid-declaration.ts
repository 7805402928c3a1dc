import { PipelineError } from "#shared/errors.ts";

/** Returns the error that names every fault of serverless.yml in one message. */
export function invalidDeclaration(faults: readonly string[]): PipelineError {
  return new PipelineError(
    `serverless.yml is not usable:\n${faults.map((fault) => `  ${fault}`).join("\n")}\nMend it and start again.`,
    { code: "invalid_declaration", domain: "user" },
  );
}
