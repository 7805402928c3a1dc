import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  renameSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";

/** A log file that never takes more than twice its limit of disk: the full one becomes `<path>.1`. */
export interface BoundedLog {
  write(line: string): void;
  close(): void;
}

/** Opens a log file to append lines to; writes are synchronous, so that the last line before a crash is there. */
export function openBoundedLog(path: string, limitBytes: number): BoundedLog {
  mkdirSync(dirname(path), { recursive: true });
  let file = openSync(path, "a", 0o600);
  let sizeBytes = fstatSync(file).size;
  return {
    write: (line) => {
      const bytes = Buffer.from(`${line}\n`);
      if (sizeBytes > 0 && sizeBytes + bytes.length > limitBytes) {
        closeSync(file);
        renameSync(path, `${path}.1`);
        file = openSync(path, "a", 0o600);
        sizeBytes = 0;
      }
      writeSync(file, bytes);
      sizeBytes += bytes.length;
    },
    close: () => closeSync(file),
  };
}

/** Log files opened on first use, one per name, below a folder. */
export function openLogFolder(
  folder: string,
  limitBytes: number,
): { write(name: string, line: string): void; close(): void } {
  const logs = new Map<string, BoundedLog>();
  return {
    write: (name, line) => {
      let log = logs.get(name);
      if (log === undefined) {
        log = openBoundedLog(`${folder}/${name}.log`, limitBytes);
        logs.set(name, log);
      }
      log.write(line);
    },
    close: () => {
      for (const log of logs.values()) log.close();
      logs.clear();
    },
  };
}
