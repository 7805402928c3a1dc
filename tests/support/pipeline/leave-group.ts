import { connect } from "node:net";

const LEAVE_GROUP = { apiKey: 13, apiVersion: 1 };

/**
 * Says for a member that it leaves its group (the LeaveGroup request of Kafka's protocol, for which the client library
 * has no call of its own). Throws when the broker refuses.
 */
export async function leaveGroup(
  bootstrapServers: string,
  groupId: string,
  memberId: string,
): Promise<void> {
  const [host = "", port = ""] = (bootstrapServers.split(",")[0] ?? "").split(
    ":",
  );
  const request = Buffer.concat([
    encodeInt16(LEAVE_GROUP.apiKey),
    encodeInt16(LEAVE_GROUP.apiVersion),
    // The correlation id; there is one request per connection.
    encodeInt32(1),
    encodeText("test"),
    encodeText(groupId),
    encodeText(memberId),
  ]);
  const response = await exchange(
    host,
    Number(port),
    Buffer.concat([encodeInt32(request.length), request]),
  );
  // Length, correlation id and throttle time take 4 bytes each.
  const errorCode = response.readInt16BE(12);
  if (errorCode !== 0)
    throw new Error(
      `The broker answered LeaveGroup of ${memberId} with error ${errorCode}.`,
    );
}

function exchange(
  host: string,
  port: number,
  request: Buffer,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const socket = connect(port, host, () => socket.write(request));
    socket.on("data", (bytes) => {
      received = Buffer.concat([received, bytes]);
      if (
        received.length >= 4 &&
        received.length >= 4 + received.readInt32BE(0)
      ) {
        resolve(received);
        socket.destroy();
      }
    });
    socket.on("error", reject);
    socket.on("close", () =>
      reject(
        new Error(
          "The broker closed the connection instead of answering LeaveGroup.",
        ),
      ),
    );
  });
}

function encodeInt16(number: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(number);
  return bytes;
}

function encodeInt32(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(number);
  return bytes;
}

function encodeText(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([encodeInt16(bytes.length), bytes]);
}
