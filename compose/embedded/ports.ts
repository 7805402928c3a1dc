import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { PipelineError } from "#shared/errors.ts";
import { accepts } from "./accepts.ts";

// Below the ports that systems hand out to outgoing connections, which could take one between probe and use.
const FREE_PORTS_FROM = 20_000;
const FREE_PORTS_TO = 32_000;

export interface PortUse {
  /** What listens there, as people call it: "Kafka". */
  readonly server: string;
  readonly port: number;
  /** The setting that chooses another port: "KAFKA_PORT". */
  readonly setting: string;
  /** The setting that uses a server which is already there: "KAFKA_BOOTSTRAP_SERVERS"; undefined where there is none. */
  readonly externalSetting: string | undefined;
  /** Whether port 0 leaves the server out. */
  readonly isOptional?: boolean;
}

/** Throws `port_in_use` (user) when the server could not listen on 127.0.0.1 at its port. */
export async function assertPortFree({
  server,
  port,
  setting,
  externalSetting,
  isOptional = false,
}: PortUse): Promise<void> {
  const fault = await findPortFault(port);
  if (fault === undefined) {
    return;
  }
  const alternatives = [
    "end what uses this one",
    ...(isOptional ? [`set ${setting}=0 to do without`] : []),
    ...(externalSetting === undefined
      ? []
      : [`set ${externalSetting} to use a ${server} that is already running`]),
  ];
  throw new PipelineError(
    `${server} cannot listen on 127.0.0.1:${port}: ${fault}. Set ${setting} to a free port ` +
      `(for example ${setting}=${port + 10_000 > 65_535 ? port - 10_000 : port + 10_000}), or ${alternatives.join(", or ")}.`,
    { code: "port_in_use", domain: "user" },
  );
}

/** Returns a port on which nothing listens on 127.0.0.1 at this moment. */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FREE_PORTS_FROM, FREE_PORTS_TO);
    if ((await findPortFault(port)) === undefined) {
      return port;
    }
  }
}

async function findPortFault(port: number): Promise<string | undefined> {
  const bindFault = await tryBind(port);
  if (bindFault !== undefined) {
    return bindFault;
  }
  // Some systems allow 127.0.0.1 beside a listener on all addresses, and one of the two would never be asked.
  return (await accepts("127.0.0.1", port))
    ? "another program is using this port"
    : undefined;
}

function tryBind(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", (error) => {
      const inUse = "code" in error && error.code === "EADDRINUSE";
      resolve(inUse ? "another program is using this port" : error.message);
    });
    probe.listen(port, "127.0.0.1", () => {
      probe.close(() => resolve(undefined));
    });
  });
}
