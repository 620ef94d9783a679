import { connect } from "node:net";

/** Milliseconds without a byte after which a connection hangs. */
const PATIENCE = 10_000;

/**
 * Sends bytes as they are, says that no more will come, and waits for the end of what comes back.
 *
 * @returns all of it, a character a byte
 * @throws when the peer goes silent and keeps the connection open
 */
export function exchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    let received = "";
    const end = () => {
      socket.destroy();
      resolve(received);
    };
    socket.setTimeout(PATIENCE, () => {
      socket.destroy();
      reject(new Error(`no end after ${JSON.stringify(received.slice(0, 200))}`));
    });
    socket.setEncoding("latin1").on("data", (text: string) => {
      received += text;
    });
    // Whoever reads no more resets what is still being written.
    socket.once("end", end).once("error", end);
    socket.end(Buffer.from(bytes, "latin1"));
  });
}

type RawReply = {
  readonly status: number;
  /** Head and body. */
  readonly text: string;
  /** False where a server in front answered: what it refuses never reaches the service. */
  readonly isOurs: boolean;
};

/** All replies in what was received, in their order. */
export const repliesIn = (received: string): RawReply[] =>
  received.split(/^(?=HTTP\/1\.[01] \d{3})/m).flatMap((text) => {
    const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(text) ?? [];
    const isOurs = /^x-request-id: /im.test(text);
    return status === undefined ? [] : [{ status: Number(status), text, isOurs }];
  });
