import { PipelineError } from "#shared/errors.ts";

// npm passes Ctrl-C on to a process that the terminal has told already: one key press, two signals.
const REPEATED_WITHIN_MS = 1000;
const EXIT_CODE_INTERRUPTED = 130;

/**
 * Returns a signal that is aborted, with `interrupted` (user) as its reason, by Ctrl-C, `npm run down` or a closed
 * terminal. A second Ctrl-C ends the process at once; what it leaves running is found again by the next start.
 */
export function listenForInterruption(): AbortSignal {
  const controller = new AbortController();
  let firstAtMs: number | undefined;
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      firstAtMs ??= performance.now();
      controller.abort(
        new PipelineError("Interrupted.", {
          code: "interrupted",
          domain: "user",
        }),
      );
      if (performance.now() - firstAtMs > REPEATED_WITHIN_MS) {
        process.stderr.write(
          "Ended at once; servers may be left running. npm run down stops them, a start goes on with them.\n",
        );
        process.exit(EXIT_CODE_INTERRUPTED);
      }
    });
  }
  return controller.signal;
}
