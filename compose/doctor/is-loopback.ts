/** Whether a host is the machine itself, as it is written in addresses. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host.includes("::1") || host.startsWith("127.");
