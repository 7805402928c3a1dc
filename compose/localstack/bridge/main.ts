import { createBridge } from "./bridge.ts";
import { readBridgeSettings } from "./settings.ts";

const bridge = createBridge(readBridgeSettings());
for (const name of ["SIGTERM", "SIGINT"] as const) {
  process.once(name, () => {
    bridge.kill();
    process.exit(0);
  });
}
await bridge.start();
