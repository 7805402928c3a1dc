import { inject } from "vitest";

import { LOCALSTACK_ACCESS } from "#compose/localstack/clients.ts";

/** What any AWS client needs to reach the LocalStack of this run (lambda, s3, sqs, sns, iam, sts, logs, events). */
export function localStackAccess() {
  return { ...LOCALSTACK_ACCESS, endpoint: inject("localStackEndpoint") };
}
