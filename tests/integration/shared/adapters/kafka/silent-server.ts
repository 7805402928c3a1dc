import { createServer, type Socket } from "node:net";

/** A server that takes connections and what is sent, and never says anything. */
export interface SilentServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Starts one on a free port of 127.0.0.1, or on the given one. */
export async function startSilentServer(port = 0): Promise<SilentServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined); // a reset is its end, too
    socket.resume();
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string")
    throw new Error("expected a TCP address");
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
