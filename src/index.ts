/** Pipewright's public API; nothing else of the package is public. Configs import it: it loads nothing heavy by itself. */
import type { ConfigInput } from "./config/schema.ts";
import type { GeneratedFile } from "./compiler/compile.ts";

export { defineConfig } from "./config/define.ts";
export { dockerHub, files, ghcr, image, registry } from "./config/builders.ts";
export { days, hours, minutes, seconds } from "./config/durations.ts";
export type { TypedConfig } from "./config/define.ts";
export type { Duration } from "./config/durations.ts";
export type { ConfigInput, GeneratedFile };

/**
 * Compiles a config into the workflow files that it declares; writes nothing. `path` is relative to the repository's
 * root, `body` comes without the header that `pipewright generate` puts before it.
 *
 * Throws an error whose `problems` say everything that is wrong with the config, each as a sentence.
 */
export async function compile(config: ConfigInput): Promise<GeneratedFile[]> {
  const { compileConfig } = await import("./compile-config.ts");
  return compileConfig(config);
}
