const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/i;

/** Whether a host is the machine itself, as it is written in addresses. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host);
