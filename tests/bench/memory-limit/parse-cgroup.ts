/** Returns where cgroup v2 is mounted, from the text of /proc/self/mountinfo; undefined where it is not. */
export function findUnifiedHierarchy(mountInfo: string): string | undefined {
  for (const line of mountInfo.split("\n")) {
    // A number of optional fields comes before the dash.
    const [mount = "", fileSystem = ""] = line.split(" - ");
    if (fileSystem.startsWith("cgroup2 ")) return mount.split(" ")[4];
  }
  return undefined;
}

/** Returns the count of an event from the text of a `memory.events` or `cgroup.events`; 0 when it is not named. */
export function readEventCount(events: string, name: string): number {
  return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(events)?.[1] ?? 0);
}
