/** Pipewright's public API; nothing else of the package is public. */
export { defineConfig } from "./config/define.ts";
export { dockerHub, files, ghcr, image, registry } from "./config/builders.ts";
export { days, hours, minutes, seconds } from "./config/durations.ts";
export type { Duration } from "./config/durations.ts";
export type { ConfigInput } from "./config/schema.ts";
