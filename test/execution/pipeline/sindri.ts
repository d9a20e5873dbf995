/** Sindri, as the scenarios play it: its emitted files and actions in a real repository, and Fly.io beside it. */
import { onTestFinished } from "vitest";
import config from "../../../examples/sindri/ci.config.ts";
import { compile } from "../../../src/compiler/compile.ts";
import { type ConfigInput, configSchema } from "../../../src/config/schema.ts";
import { plan } from "../../../src/pipeline/plan.ts";
import { createWorld, readNotes, type World, type WorldOptions } from "../../player/world.ts";
import { option } from "../../player/world/commands.ts";
import type { Files } from "../../player/world/git.ts";

export const IMAGE = "sindri-registry";
export const BUILD = "Build and Push Docker Image";
export const SECRETS = { FLYIO_AUTH_TOKEN: "fly-token-of-the-organization" };

/** The tests that deploy, as the plan's table lists them. */
export const DEPLOYING: readonly string[] = Object.entries<{ deployment?: unknown }>(config.consumers ?? {}).flatMap(
  ([key, { deployment }]) => (deployment === undefined ? [] : [key]),
);
/** So many machines one whole run takes. */
export const machinesOf = (consumers: ConfigInput["consumers"]): number =>
  Object.values(consumers ?? {}).reduce(
    (sum, { deployment, matrix }) =>
      sum +
      (deployment === undefined ? 0 : Object.values(matrix ?? {}).reduce((jobs, values) => jobs * values.length, 1)),
    0,
  );

export interface SindriOptions {
  /** Every consumer with its whole matrix; otherwise three consumers with two machines, for speed. */
  readonly full?: boolean;
  readonly change?: (config: ConfigInput) => ConfigInput;
  readonly world?: Partial<WorldOptions>;
}

/** Attempts follow each other at once: the pauses of half a minute are Fly.io's to need. */
function hasty(full: ConfigInput): ConfigInput {
  const consumers = Object.entries(full.consumers ?? {}).map(([key, consumer]) => [
    key,
    consumer.deployment ? { ...consumer, deployment: { ...consumer.deployment, delay: "1s" } } : consumer,
  ]);
  return { ...full, check: false, consumers: Object.fromEntries(consumers) as NonNullable<ConfigInput["consumers"]> };
}

function trimmed(full: ConfigInput): ConfigInput {
  const { "manager-validation": validation, "per-extension": extension } = full.consumers ?? {};
  if (!validation || !extension) throw new Error("Sindri's example has lost its consumers.");
  return {
    ...full,
    consumers: {
      "manager-validation": validation,
      "per-extension": { ...extension, after: ["manager-validation"], matrix: { extension: ["nodejs", "python"] } },
    },
  };
}

export async function playSindri(options: SindriOptions = {}): Promise<World> {
  const whole = hasty(config);
  const base = options.full ? whole : trimmed(whole);
  const { pipeline, problems } = plan(configSchema.parse(options.change ? options.change(base) : base));
  if (problems.length > 0) throw new Error(problems.map((problem) => problem.message).join("\n"));
  const workflows = Object.fromEntries(compile(pipeline).map((file) => [file.path, file.body]));
  const world = await createWorld({
    repository: { owner: "pacphi", name: "sindri", defaultBranch: "main", private: false },
    files: { ...sources, ...workflows },
    secrets: SECRETS,
    fly: SECRETS.FLYIO_AUTH_TOKEN,
    webhook: "SLACK_WEBHOOK_URL",
    ...options.world,
  });
  onTestFinished(() => world.stop());
  await world.git.commit("pacphi/sindri", "develop", {}, { from: "refs/heads/main" });
  return world;
}

/** Goes to its machine, and writes down which that was and what it can read. */
const onMachine = `#!/usr/bin/env bash
set -euo pipefail
flyctl ssh console --app "$1" --user developer --command true
{ echo "tested $*"; echo "image \${IMAGE_REF:-of the sources}"; env; } > "$(dirname "$(dirname "$RUNNER_TEMP")")/notes/$1"
`;

const SCRIPTS = [
  "extension",
  "api-compliance",
  "combination",
  "protected-extensions",
  "cleanup-extensions",
  "manifest-operations",
  "dependency-chain",
  "extensions-metadata",
  "extensions-upgrade",
  "integration",
  "developer-workflow",
  "mise-stack",
];

const sources: Files = {
  Dockerfile: "FROM ubuntu:24.04\nCOPY docker /docker\n",
  ".dockerignore": ".git\n",
  "fly.toml": '[mounts]\n  source = "workspace"\n',
  "docker/entrypoint.sh": "#!/bin/sh\n",
  "README.md": "Sindri\n",
  ...Object.fromEntries(SCRIPTS.map((name) => [`tests/${name}.sh`, onMachine])),
  "tests/manager-validation.sh": "#!/usr/bin/env bash\ntrue\n",
  "tests/syntax-validation.sh": "#!/usr/bin/env bash\ntrue\n",
};

/** A change that needs a new image, and one that does not. */
export const imageChange = (text: string): Files => ({ "docker/entrypoint.sh": `#!/bin/sh\n# ${text}\n` });
export const otherChange = (text: string): Files => ({ "README.md": `Sindri ${text}\n` });

/** The images that were deployed, one for each deployment that was asked for: `undefined` for one from the sources. */
export const deployed = (world: World): (string | undefined)[] =>
  world.commands.calls.filter(({ args }) => args[0] === "deploy").map(({ args }) => option(args, "--image"));

/** What the tests wrote down, by the machine's name. */
export const tested = (world: World): Record<string, string> => readNotes(world);
