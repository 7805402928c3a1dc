import { networkInterfaces } from "node:os";

import { accepts } from "#compose/embedded/accepts.ts";
import { type Finding, ok, warning } from "./finding.ts";

/** A server of this machine that is meant for it only. */
export interface LocalServer {
  readonly server: string;
  readonly port: number;
}

/** The addresses by which others reach this machine: IPv4, as all servers listen on 127.0.0.1. */
export function listNetworkAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === "IPv4" && !internal)
    .map(({ address }) => address);
}

/** Tries each server that runs here at each of these addresses, where none is to answer. */
export async function examineExposure(
  servers: readonly LocalServer[],
  addresses: readonly string[],
): Promise<Finding[]> {
  const open = await Promise.all(
    servers.flatMap((server) =>
      addresses.map(async (address) =>
        (await accepts(address, server.port)) ? { ...server, address } : null,
      ),
    ),
  );
  const findings = open
    .filter((found) => found !== null)
    .map(({ server, port, address }) =>
      warning(
        "network",
        `port ${port}, of ${server}, answers at ${address}: others can reach it`,
        `See which program listens there (Linux: ss -ltnp; macOS: lsof -nP -iTCP:${port} -sTCP:LISTEN), and whether a password or a firewall protects it; what npm start runs listens on 127.0.0.1 only`,
      ),
    );
  return findings.length > 0
    ? findings
    : [ok("network", describeClosed(servers, addresses))];
}

function describeClosed(
  servers: readonly LocalServer[],
  addresses: readonly string[],
): string {
  if (servers.length === 0) return "nothing runs here that could be reached";
  const names = servers.map(({ server, port }) => `${server} (${port})`);
  return addresses.length === 0
    ? "this machine has no address that others could reach"
    : `${names.join(", ")}: none can be reached from other machines`;
}
