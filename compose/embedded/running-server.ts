/** Receives one line for people about what a slow step is doing. */
export type OnProgress = (message: string) => void;

/** A server that answers on 127.0.0.1; `stop` waits until its process is gone. */
export interface RunningServer {
  readonly pid: number;
  readonly port: number;
  /** `adopted`: it was already running, left behind by an earlier runner or by `npm run up`. */
  readonly origin: "started" | "adopted";
  stop(): Promise<void>;
}
