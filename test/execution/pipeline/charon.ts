/** Charon, as the scenarios play it: its emitted files in a real repository, with tests that tell what they have seen. */
import { onTestFinished } from "vitest";
import config from "../../../examples/charon/ci.config.ts";
import { compile } from "../../../src/compiler/compile.ts";
import { type ConfigInput, configSchema } from "../../../src/config/schema.ts";
import { plan } from "../../../src/pipeline/plan.ts";
import { jobOf, logOf, type Run } from "../../player/runs.ts";
import { createWorld, readNotes, type World, type WorldOptions } from "../../player/world.ts";
import type { Files } from "../../player/world/git.ts";

export const IMAGE = "wikid82/charon";
export const BUILD = "Docker Build, Publish & Test";
export const SECRETS = {
  DOCKERHUB_USERNAME: "charon-bot",
  DOCKERHUB_TOKEN: "dckr_pat_the-password-of-docker-hub",
};

/** The statuses that moving tags wait for in the trimmed Charon. */
export const CROWDSEC = "Integration Test: CrowdSec";
export const WAF = "Integration Test: WAF";

/** The one workflow in which both test, and the job of each. */
export const TESTS = "integration";
export const testOf = (consumer: string): string => `Test ${consumer}`;
const KEYS: Readonly<Record<string, string>> = {
  [CROWDSEC]: "test-crowdsec-integration",
  [WAF]: "test-waf-integration",
};
export const keyOf = (consumer: string): string => KEYS[consumer] ?? "test";

export interface CharonOptions {
  /** Every consumer and all twelve end-to-end jobs; otherwise two consumers, for speed. */
  readonly full?: boolean;
  readonly change?: (config: ConfigInput) => ConfigInput;
  readonly world?: Partial<WorldOptions>;
}

/** Charon's config with two consumers, which play in seconds. */
function trimmed(full: ConfigInput): ConfigInput {
  const { "crowdsec-integration": crowdsec, "waf-integration": waf } = full.consumers ?? {};
  if (!crowdsec || !waf) throw new Error("Charon's example has lost its consumers.");
  return { ...full, check: false, consumers: { "crowdsec-integration": crowdsec, "waf-integration": waf } };
}

export async function playCharon(options: CharonOptions = {}): Promise<World> {
  const base = options.full ? config : trimmed(config);
  const { pipeline, problems } = plan(configSchema.parse(options.change ? options.change(base) : base));
  if (problems.length > 0) throw new Error(problems.map((problem) => problem.message).join("\n"));
  const workflows = Object.fromEntries(compile(pipeline).map((file) => [file.path, file.body]));
  const world = await createWorld({
    repository: { owner: "Wikid82", name: "Charon", defaultBranch: "main", private: false },
    files: { ...sources, ...workflows },
    secrets: SECRETS,
    webhook: "CI_WEBHOOK_URL",
    dockerHub: { username: SECRETS.DOCKERHUB_USERNAME, password: SECRETS.DOCKERHUB_TOKEN },
    tools: { npm: "#!/bin/sh\nexit 0\n", npx: playwright, pipewright: "#!/bin/sh\nexit 0\n" },
    ...options.world,
  });
  onTestFinished(() => world.stop());
  await world.git.commit("Wikid82/Charon", "development", {}, { from: "refs/heads/main" });
  return world;
}

/** Writes down everything that code of the tested commit can read on its machine: to be searched for secrets. */
export const nosyTest = (verdict: "true" | "false" = "true"): string => `#!/usr/bin/env bash
notes="$(dirname "$(dirname "$RUNNER_TEMP")")/notes/$GITHUB_RUN_ID-$GITHUB_RUN_ATTEMPT-$GITHUB_JOB"
{
  echo "workflow: $GITHUB_WORKFLOW"
  echo "job: $GITHUB_JOB"
  echo "commit: $(git rev-parse HEAD)"
  echo "image: $(docker image inspect --format '{{json .Config.Labels}}' "$IMAGE" | jq --raw-output '."org.opencontainers.image.revision"')"
  env
  find "$HOME" "$RUNNER_TEMP" .git -type f -exec cat {} + 2>/dev/null
} > "$notes" 2>&1
${verdict}
`;

const playwright = `#!/bin/sh
case "$*" in *test*) mkdir -p test-results && echo "$*" > test-results/result.txt && curl --fail --silent --output /dev/null "$PLAYWRIGHT_BASE_URL/health" ;; esac
`;

const scripts = ["crowdsec", "cerberus", "waf", "rate_limit"];
const sources: Files = {
  Dockerfile: "# holds app/charon\nFROM scratch\nCOPY backend /app\nCOPY frontend /app/frontend\n",
  ".dockerignore": ".git\n",
  "backend/main.go": "package main // 1\n",
  "frontend/index.html": "<h1>Charon</h1>\n",
  "package-lock.json": "{}\n",
  ...Object.fromEntries(scripts.map((name) => [`scripts/${name}_integration.sh`, nosyTest()])),
};

/** A change that needs a new image. */
export const change = (text: string): Files => ({ "backend/main.go": `package main // ${text}\n` });

/** What the notes of a workflow, or of one of Charon's consumers, say after `key: `. */
export const noted = (world: World, who: string, key: "commit" | "image"): string[] =>
  Object.values(readNotes(world))
    .filter((text) =>
      who in KEYS ? text.startsWith(`workflow: ${TESTS}\njob: ${keyOf(who)}\n`) : text.startsWith(`workflow: ${who}\n`),
    )
    .map((text) => new RegExp(`^${key}: (.*)$`, "m").exec(text)?.[1] ?? "");

/** Tokens and secrets that the tested code could read: whose, by the name of the secret or of the token's job. */
export function leaked(world: World): string[] {
  const texts = Object.values(readNotes(world)).flatMap((text) => [text, ...decoded(text)]);
  const values = [
    ["CI_WEBHOOK_URL", "a-secret-address"] as const,
    ...Object.entries(SECRETS).filter(([name]) => name !== "DOCKERHUB_USERNAME"),
    ...[...world.tokens].map(([token, { who }]) => [who, token] as const),
  ];
  return values.filter(([, value]) => texts.some((text) => text.includes(value))).map(([name]) => name);
}

/** Base64 hides a token from a plain search. */
const decoded = (text: string): string[] =>
  (text.match(/[A-Za-z0-9+/]{24,}={0,2}/g) ?? []).map((part) => Buffer.from(part, "base64").toString("latin1"));

/** What the jobs named `workflow > job` have pulled, as digests. */
export const pulled = (world: World, who: string): string[] =>
  world.ghcr.gate.transfers
    .filter((transfer) => transfer.kind === "pull" && transfer.who.startsWith(who))
    .map((transfer) => transfer.digest);

/** What the tests of a consumer have pulled. */
export const pulledBy = (world: World, consumer: string): string[] => pulled(world, `${TESTS} > ${testOf(consumer)}`);

/** How often each platform of a commit was really built. */
export function builds(world: World, commit: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const build of world.builds)
    if (build.commit === commit && !build.cached && build.succeeded)
      counts[build.platform] = (counts[build.platform] ?? 0) + 1;
  return counts;
}

export const short = (sha: string): string => sha.slice(0, 7);

/** The results of a run's jobs by their names, and of the jobs that call a workflow, as `needs` sees them. */
export const results = (run: Run): Record<string, string | undefined> =>
  Object.fromEntries([
    ...run.calls.map(({ key, leg, callers, result }) => {
      const depth = callers.length;
      const inside = run.jobs.find((job) => job.callers[depth]?.key === key && job.callers[depth]?.leg === leg);
      return [
        inside?.name
          .split(" / ")
          .slice(0, depth + 1)
          .join(" / ") ?? key,
        result,
      ];
    }),
    ...run.jobs.map((job) => [job.name, job.result]),
  ]);

/** For a failed expectation: every job that did not succeed, with its log. */
export const troubles = (world: World): string =>
  world.player.runs
    .flatMap((run) =>
      run.jobs
        .filter((job) => job.result === "failure")
        .map(
          (job) =>
            `== ${run.workflowName} (${run.event.name}) > ${job.name}\n${job.annotations.join("\n")}\n${logOf(jobOf(run, job.name))}`,
        ),
    )
    .join("\n");
