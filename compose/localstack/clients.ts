import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { LambdaClient } from "@aws-sdk/client-lambda";

/** The region that LocalStack's functions are in, and credentials that it takes; nothing of it is looked at. */
export const LOCALSTACK_ACCESS = {
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
} as const;

/** Clients for a deployment. */
export interface DeploymentClients {
  readonly lambda: LambdaClient;
  readonly events: EventBridgeClient;
  close(): void;
}

/** Returns clients of one LocalStack; `close` ends their connections. */
export function createDeploymentClients(endpoint: string): DeploymentClients {
  const settings = { ...LOCALSTACK_ACCESS, endpoint };
  const lambda = new LambdaClient(settings);
  const events = new EventBridgeClient(settings);
  return {
    lambda,
    events,
    close: () => {
      lambda.destroy();
      events.destroy();
    },
  };
}
