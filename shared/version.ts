import packageJson from "../package.json" with { type: "json" };

/** The version of this code, written into every dead letter. */
export const VERSION: string = packageJson.version;
