/** One scenario in both topologies, and what came of it in a form that can be compared. */
import type { ConfigInput } from "../../../src/config/schema.ts";
import type { JobRun, Run } from "../../player/runs.ts";
import { readNotes, type World } from "../../player/world.ts";
import type { Files } from "../../player/world/git.ts";
import { inOneRun } from "../../support/systems.ts";
import { builds, change, CROWDSEC, IMAGE, leaked, playCharon, results, WAF } from "./charon.ts";

export type Topology = "workflow_run" | "workflow_call";

/** What a commit brings along: a change that needs a new image, and tests that tell what they have seen. */
export const commitOf = (text: string, verdict: { crowdsec?: string; waf?: string } = {}): Files => ({
  ...change(text),
  "scripts/crowdsec_integration.sh": telling("crowdsec", verdict.crowdsec ?? "true"),
  "scripts/waf_integration.sh": telling("waf", verdict.waf ?? "true"),
});

/** In one run both consumers' jobs have one key and one workflow's name, so each test signs with its own. */
const telling = (name: string, verdict: string): string => `#!/usr/bin/env bash
notes="$(dirname "$(dirname "$RUNNER_TEMP")")/notes/$GITHUB_RUN_ID-$GITHUB_RUN_ATTEMPT-${name}"
{
  echo "test: ${name}"
  echo "commit: $(git rev-parse HEAD)"
  echo "image: $(docker image inspect --format '{{json .Config.Labels}}' "$IMAGE" | jq --raw-output '."org.opencontainers.image.revision"')"
  env
  find "$HOME" "$RUNNER_TEMP" .git -type f -exec cat {} + 2>/dev/null
} > "$notes" 2>&1
${verdict}
`;

/** What a scenario came to. Commits have the names that the scenario gave them. */
export interface Outcome {
  /** How often each platform was really built, by commit. */
  readonly builds: Readonly<Record<string, Record<string, number>>>;
  /** For each registry the tags, those of one image together. */
  readonly tags: Readonly<Record<"ghcr" | "hub", string[]>>;
  /** Which test saw which commit's code, and an image of which commit. */
  readonly tests: readonly string[];
  /** The verdicts of consumers on each commit: statuses and check runs, which a branch rule takes alike. */
  readonly verdicts: Readonly<Record<string, Record<string, string>>>;
  /** Secrets and tokens within the tests' reach. */
  readonly leaked: readonly string[];
}

export type Commits = Readonly<Record<string, string>>;

export interface Played {
  readonly world: World;
  readonly outcome: Outcome;
}

/** @param scenario plays, and gives the commits that it made by their names */
export async function playIn(
  topology: Topology,
  scenario: (world: World, topology: Topology) => Promise<Commits>,
  config: (config: ConfigInput) => ConfigInput = (same) => same,
): Promise<Played> {
  const world = await playCharon({
    change: (base) => config(topology === "workflow_call" ? inOneRun(base) : { ...base, topology }),
  });
  const commits = await scenario(world, topology);
  await world.settle();
  return { world, outcome: await outcomeOf(world, commits) };
}

async function outcomeOf(world: World, commits: Commits): Promise<Outcome> {
  const names = Object.entries(commits);
  const named = (text: string): string =>
    names.reduce((all, [name, sha]) => all.replaceAll(sha, name).replaceAll(sha.slice(0, 7), name), text);
  const grouped = (tags: Record<string, string>): string[] => {
    const images = new Map<string, string[]>();
    // A platform's own image is one that nobody pulls by its tag.
    for (const [tag, digest] of Object.entries(tags))
      if (!tag.startsWith("stage-")) images.set(digest, [...(images.get(digest) ?? []), named(tag)]);
    return [...images.values()].map((list) => list.sort().join(" ")).sort();
  };
  return {
    builds: Object.fromEntries(names.map(([name, sha]) => [name, builds(world, sha)])),
    tags: { ghcr: grouped(await world.tags(IMAGE)), hub: grouped(await world.tags(IMAGE, "hub")) },
    tests: Object.values(readNotes(world))
      .map((text) =>
        ["test", "commit", "image"]
          .map((key) => `${key} ${named(new RegExp(`^${key}: (.*)$`, "m").exec(text)?.[1] ?? "none")}`)
          .join(", "),
      )
      .sort(),
    verdicts: Object.fromEntries(names.map(([name, sha]) => [name, verdictsOn(world, sha)])),
    leaked: leaked(world),
  };
}

/** What a status says of the run in which a consumer tested. */
const SUFFIXES: Readonly<Record<string, string>> = { "Nightly Build": " (nightly)", Release: " (release)" };

/** The newest word of each consumer on a commit: a status of its name, its own gate, or the job that calls it. */
export function verdictsOn(world: World, sha: string): Record<string, string> {
  const checks = world.player.runs
    .filter((run) => run.event.headSha === sha)
    .flatMap((run) => {
      const all = results(run);
      return [CROWDSEC, WAF].flatMap((name): [string, string][] => {
        const verdict = name + (SUFFIXES[run.workflowName] ?? "");
        const result = all[verdict] ?? all[`Run ${name}`];
        if (result === undefined || result === "skipped") return [];
        return [[verdict, result === "cancelled" ? "failure" : result]];
      });
    });
  const statuses = Object.entries(world.verdicts(sha)).map(([name, state]): [string, string] => [
    name,
    state === "error" ? "failure" : state,
  ]);
  return Object.fromEntries([...statuses, ...checks].sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** What a job holds beside what every token may read, as `scope: level`, by what it does: the name without its caller's. */
export function permissionsByJob(world: World): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const job of world.player.runs
    .flatMap((run: Run): JobRun[] => run.jobs)
    .filter((one) => one.result !== "skipped")) {
    const name = job.name.split(" / ").at(-1) ?? job.name;
    const scopes = Object.entries(job.permissions)
      .filter(([scope, level]) => level !== "none" && scope !== "metadata")
      .map(([scope, level]) => `${scope}: ${level}`);
    found.set(name, new Set([...(found.get(name) ?? []), ...scopes]));
  }
  return found;
}
