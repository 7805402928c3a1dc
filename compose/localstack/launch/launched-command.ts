/** A command that becomes LocalStack. */
export interface LaunchedCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly startTimeoutMs: number;
}
