import { connect, createServer, type Socket } from "node:net";
import { pipeline } from "node:stream";

/** Listens on a port of 127.0.0.1 and passes every connection on to another one; returns what ends it. */
export async function startRelay(
  port: number,
  targetPort: number,
): Promise<() => Promise<void>> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const target = connect(targetPort, "127.0.0.1");
    sockets.add(socket).add(target);
    // The end of one side is the end of the other; why it ended is told to the client by its own socket.
    pipeline(socket, target, socket, () => target.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
}
