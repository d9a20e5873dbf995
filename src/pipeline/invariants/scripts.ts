/** No expression stands in a script: GitHub would paste its value in before any shell reads it. */
import type { Problem } from "../../config/problem.ts";
import type { Config, DeploymentConfig } from "../../config/schema.ts";

export function scriptProblems(config: Config): Problem[] {
  const scripts: { text: string; path: PropertyKey[] }[] = [
    ...Object.entries(config.builds).flatMap(([key, build]) =>
      build.kind === "files" ? commands(build.run, ["builds", key, "run"]) : [],
    ),
    ...Object.entries(config.consumers).flatMap(([key, consumer]) => [
      ...(consumer.run === undefined ? [] : commands(consumer.run, ["consumers", key, "run"])),
      ...deploymentCommands(consumer.deployment, ["consumers", key, "deployment"]),
      ...(consumer.steps ?? []).flatMap((step, index) =>
        "run" in step ? commands(step.run, ["consumers", key, "steps", index, "run"]) : [],
      ),
    ]),
    ...(config.check
      ? [...commands(config.check.install, ["check", "install"]), ...commands(config.check.run, ["check", "run"])]
      : []),
  ];
  return scripts
    .filter(({ text }) => text.includes("${{"))
    .map(({ path }) => ({
      path,
      message: "This script holds a `${{ }}` expression, whose value GitHub would paste into the code.",
      hint: 'Pass the value through `env` and write "$NAME"; matrix values are in MATRIX_<KEY>.',
    }));
}

const deploymentCommands = (
  deployment: DeploymentConfig | undefined,
  path: PropertyKey[],
): { text: string; path: PropertyKey[] }[] =>
  (["create", "deploy", "fromSource", "healthy", "logs", "destroy"] as const).flatMap((part) =>
    commands(deployment?.[part] ?? [], [...path, part]),
  );

const commands = (run: string | readonly string[], path: PropertyKey[]): { text: string; path: PropertyKey[] }[] =>
  typeof run === "string" ? [{ text: run, path }] : run.map((text, index) => ({ text, path: [...path, index] }));
