import { CONFIG_FILE } from "./home.ts";
import type { Instance } from "./instance.ts";

/** Variables of every process of Superset; none is a secret, since others may see them. */
export function describeEnvironment(
  instance: Instance,
  environment: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return {
    PATH: environment["PATH"] ?? "",
    HOME: environment["HOME"] ?? "",
    LC_ALL: "C.UTF-8",
    // Relative periods begin at Superset's own now.
    TZ: "UTC",
    FLASK_APP: "superset.app:create_app()",
    SUPERSET_CONFIG_PATH: CONFIG_FILE,
    SUPERSET_HOME: instance.folder,
    SUPERSET_METADATA: instance.metadataFile,
    SUPERSET_SECRETS: instance.secretsFolder,
    PGPASSFILE: instance.pgpassFile,
    // Of superset_config.py, beside it in the sources.
    PYTHONDONTWRITEBYTECODE: "1",
  };
}
