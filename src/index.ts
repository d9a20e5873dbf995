/** Pipewright's public API; nothing else of the package is public. Configs import it: it loads nothing heavy by itself. */
import type { ConfigInput } from "./config/schema.ts";
import type { GeneratedFile } from "./compiler/compile.ts";
import type { Family, Finding, Fix, Level, RelatedPlace, TextEdit } from "./lint/finding.ts";
import type { LintSettings, Preset, RuleSettings } from "./lint/settings.ts";
import type { LintInput } from "./lint-texts.ts";

export { defineConfig, pipeline } from "./config/define.ts";
export { bake, files, image } from "./config/builders.ts";
export { deploy, githubRelease, mavenPackage, npmPackage, publishImages } from "./config/publishing.ts";
export { dockerHub, ecr, fly, gar, ghcr, registry } from "./config/registries.ts";
export { flyApp, type FlyAppSettings } from "./config/deployments.ts";
export { days, hours, minutes, seconds } from "./config/durations.ts";
export type { TypedConfig, TypedPipeline } from "./config/define.ts";
export type { Duration } from "./config/durations.ts";
export type { ConfigInput, GeneratedFile };
export type { Family, Finding, Fix, Level, LintInput, LintSettings, Preset, RelatedPlace, RuleSettings, TextEdit };

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

/**
 * Lints the texts of workflows and actions; reads and writes nothing. Gives the findings in order of file and place,
 * without those that a comment in the texts sets aside. Texts that are no YAML are findings too: nothing is thrown.
 *
 *     const findings = await lint({ files: { ".github/workflows/ci.yml": text }, settings: { preset: "strict" } });
 *     for (const { file, start, level, rule, message } of findings) console.log(`${file}:${start.line}:${start.column} ${level} ${rule} ${message}`);
 *
 * Lines and columns count from 1, spans and edits are offsets in UTF-16 code units.
 */
export async function lint(input: LintInput): Promise<Finding[]> {
  const { lintTexts } = await import("./lint-texts.ts");
  return lintTexts(input);
}
