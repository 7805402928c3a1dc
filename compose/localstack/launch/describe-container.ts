import { LOCALSTACK_VERSION } from "#compose/localstack/home.ts";
import type { LaunchedCommand } from "./launched-command.ts";
import { SERVICES } from "./services.ts";

const IMAGE = `localstack/localstack:${LOCALSTACK_VERSION}`;
const SETTINGS = {
  SERVICES,
  EAGER_SERVICE_LOADING: "1",
  DISABLE_EVENTS: "1",
  LAMBDA_IGNORE_ARCHITECTURE: "1",
};
// Where the client finds its daemon, as when it was asked whether that answers.
const CLIENT_VARIABLE = /^(PATH|HOME|DOCKER_\w+)$/;

/** LocalStack's image, whose functions are containers beside it. */
export function describeContainer({
  port,
  environment,
}: {
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
}): LaunchedCommand {
  return {
    command: "docker",
    args: [
      "run",
      "--rm",
      // The client passes the signal that ends it on to the container.
      "--sig-proxy=true",
      "--publish",
      `127.0.0.1:${port}:4566`,
      "--volume",
      "/var/run/docker.sock:/var/run/docker.sock",
      ...Object.entries(SETTINGS).flatMap(([name, value]) => [
        "--env",
        `${name}=${value}`,
      ]),
      IMAGE,
    ],
    env: Object.fromEntries(
      Object.entries(environment).filter(([name]) =>
        CLIENT_VARIABLE.test(name),
      ),
    ),
    // The first pull of the image may take its time.
    startTimeoutMs: 10 * 60_000,
  };
}
