import { arch, cpus, platform, totalmem } from "node:os";

/** What a rate depends on, as it is printed beside it. */
export function describeMachine() {
  const processors = cpus();
  return {
    processor: processors[0]?.model ?? "unknown",
    cores: processors.length,
    memory_mb: Math.round(totalmem() / 1024 / 1024),
    system: `${platform()} ${arch()}`,
  };
}
