/** Sections 5, 6.0 and 6.5 of Charon's plan: which images are deleted, when, and which never. */
import { type Emission, valueAt } from "../../support/emission.ts";
import { holdsValue, matchesAny, onOf, same, script } from "../../support/questions.ts";
import {
  always,
  beyond,
  broken,
  brokenProgram,
  deleted,
  fromConfig,
  type Requirement,
  set,
} from "../../support/requirement.ts";

const CLEANUP = "container-prune";
const WHERE = "plan.json: `retention";
const DECIDE = "test/templates/cleanup-decision.test.ts";
const PACKAGES = "test/execution/cleanup-packages.test.ts";
const program = (files: Emission): string => script(files, CLEANUP, "cleanup", "Delete expired images");
const setting = (files: Emission, path: string) => files.plan(`retention.${path}`);
/** After how many hours a tag expires: the first class that it reads as decides. */
const hours = (files: Emission, tag: string) => {
  const classes = setting(files, "classes");
  const first = Array.isArray(classes) ? classes.find((each) => matchesAny(valueAt(each, "tags"), tag)) : undefined;
  return valueAt(first, "hours");
};
const protects = (files: Emission, tag: string): boolean => matchesAny(files.plan("packages.released"), tag);

/** Something that the program must hold, and that a broken file has lost. */
const inProgram = (section: string, requirement: string, line: string, proof = DECIDE): Requirement =>
  always(section, requirement, {
    output: ".github/pipewright/cleanup",
    holds: (files) => program(files).includes(line),
    breaks: brokenProgram(line),
    proof,
  });

export const cleanupRows: Requirement[] = [
  fromConfig("5.1, 6.5, 8.2", "The cleanup runs daily at 03:00 UTC, without anybody's help.", {
    line: set("retention.schedule", "0 4 * * 0"),
    output: "container-prune.yml: `on.schedule`",
    holds: (files) => same(onOf(files, CLEANUP, "schedule.0.cron"), "0 3 * * *"),
    proof: "test/execution/pipeline/schedule.test.ts",
  }),
  always("5.1, 6.0", "It can be run by hand.", {
    output: "container-prune.yml: `on.workflow_dispatch`",
    holds: (files) => "workflow_dispatch" in (files.workflow(CLEANUP)?.on ?? {}),
    breaks: broken(CLEANUP, "workflow_dispatch:", "repository_dispatch:"),
  }),
  always("5.1, 10.2", "Its token may delete images, and read runs and pull requests.", {
    output: "container-prune.yml: job `cleanup`, `permissions`",
    holds: (files) => {
      const granted = JSON.stringify(files.job(CLEANUP, "cleanup")?.permissions ?? null);
      return (
        ['"packages":"write"', '"actions":"read"', '"pull-requests":"read"'].every((each) => granted.includes(each)) &&
        (granted.match(/write/g) ?? []).length === 1
      );
    },
    breaks: broken(CLEANUP, "packages: write", "packages: read"),
    proof: PACKAGES,
  }),
  fromConfig("3.1, 5.2, 6.5, 8.2", "Images of pull requests expire after 24 hours.", {
    line: set("retention.pullRequest", "72h"),
    output: `${WHERE}.classes\`, \`pullRequest\``,
    holds: (files) => same(hours(files, "pr-123-abc1234"), 24),
    proof: DECIDE,
  }),
  fromConfig("3.1, 5.2, 6.5, 8.2", "Images of feature branches expire after seven days.", {
    line: set("retention.branch", "14d"),
    output: `${WHERE}.classes\`, \`branch\``,
    holds: (files) => same(hours(files, "feature-dns-provider-def5678"), 168),
    proof: DECIDE,
  }),
  fromConfig("1.4, 3.1, 5.2", "`sha-*` images no longer pile up: they expire after 30 days.", {
    line: set("retention.commit", "60d"),
    output: `${WHERE}.classes\`, \`commit\``,
    holds: (files) => same(hours(files, "sha-abc1234"), 720),
    proof: DECIDE,
  }),
  fromConfig("3.1, 5.2", "`nightly-*` images expire after seven days.", {
    line: set("retention.nightly", "14d"),
    output: `${WHERE}.classes\`, \`nightly\``,
    holds: (files) => same(hours(files, "nightly-2026-02-04"), 168),
    proof: DECIDE,
  }),
  ...(["latest", "dev"] as const).map((tag) =>
    fromConfig("5.2, 6.0", `\`${tag}\` is never deleted.`, {
      line: set(tag === "latest" ? "channels.main" : "channels.development", "other"),
      output: "plan.json: `packages.released`",
      holds: (files) => protects(files, tag),
      proof: DECIDE,
    }),
  ),
  always("3.1, 5.2, 6.0", "Releases are never deleted.", {
    output: "plan.json: `packages.released`",
    holds: (files) => ["v1.2.3", "v1.2.3-rc.1", "1.2"].every((tag) => protects(files, tag)),
    breaks: broken("plan", /^( +)"v\[0-9\]\+.*",$/, '$1"none",'),
    proof: DECIDE,
  }),
  inProgram(
    "5.2, 7.1",
    "A version that carries even one tag that is kept stays with all its tags.",
    "if (isProtected(tag, policy)) return `${tag} is protected`;",
  ),
  inProgram("5.1, 7.1", "What is of no known kind stays.", "if (!found) return `${tag} is of no class that expires`;"),
  fromConfig("6.0, 1.4", "The cleanup deletes: the dry run is over.", {
    line: deleted("retention.dryRun"),
    output: `${WHERE}.dryRun\``,
    holds: (files) => same(setting(files, "dryRun"), false),
    proof: "test/execution/pipeline/schedule.test.ts",
  }),
  always("6.0, 6.5, 7.1", "A run by hand can be a dry run, which says what it would delete.", {
    output: "container-prune.yml: `on.workflow_dispatch.inputs.dry_run`",
    holds: (files) =>
      onOf(files, CLEANUP, "workflow_dispatch.inputs.dry_run") !== undefined &&
      program(files).includes('=== "delete" && !dryRun') &&
      program(files).includes("inputs?.dry_run"),
    breaks: brokenProgram('=== "delete" && !dryRun', '=== "delete"'),
    proof: "test/execution/pipeline/schedule.test.ts",
  }),
  fromConfig("6.0, 6.5", "The rollback of the cleanup: back to the dry run.", {
    given: set("retention.dryRun", true),
    line: set("retention.dryRun", false),
    output: `${WHERE}.dryRun\``,
    holds: (files) => same(setting(files, "dryRun"), true),
    proof: "test/execution/pipeline/schedule.test.ts",
  }),
  fromConfig("7.1, 7.5", "Nothing younger than 48 hours is deleted, whatever its kind's age limit.", {
    line: set("retention.minimumAge", "24h"),
    output: `${WHERE}.minimumAgeHours\``,
    holds: (files) =>
      same(setting(files, "minimumAgeHours"), 48) && program(files).includes("Math.max(hours, policy.minimumAgeHours)"),
    proof: DECIDE,
  }),
  inProgram(
    "6.5, 7.1, 7.5, 16",
    "What a queued or running workflow needs is in use and stays.",
    "/repos/${repository}/actions/runs?status=${status}",
    PACKAGES,
  ),
  inProgram(
    "6.5, 7.5",
    "The images of open pull requests' newest commits are in use and stay.",
    "/repos/${repository}/pulls?state=open",
    PACKAGES,
  ),
  always("6.5, 7.5", "While a run is active, every image is kept an hour longer.", {
    output: ".github/pipewright/lib/decide.mjs",
    holds: (files) =>
      program(files).includes("graceHours = 1 }") && program(files).includes("inUse.active ? policy.graceHours : 0"),
    breaks: brokenProgram("graceHours = 1 }", "graceHours = 0 }"),
    proof: PACKAGES,
  }),
  always("6.5", "A cleanup does not count itself among the active runs.", {
    output: `${WHERE}.workflows\``,
    holds: (files) =>
      holdsValue(setting(files, "workflows"), "E2E Tests") &&
      !holdsValue(setting(files, "workflows"), "Container Registry Cleanup"),
    breaks: broken("plan", '"workflows": [', '"workflows": ["Container Registry Cleanup", '),
  }),
  inProgram(
    "7.5",
    "The log lists the open pull requests before the first deletion.",
    "say(`Open pull request #${number}: ${head.ref} at ${head.sha}`)",
    PACKAGES,
  ),
  inProgram(
    "7.5",
    "It lists the active runs too.",
    "say(`Active run ${id} (${status}): ${name}, ${branch} at ${sha}`)",
    PACKAGES,
  ),
  inProgram(
    "6.0, 6.5",
    "It has a line for every version, with its tags and the reason why it goes or stays.",
    'say(`${word.padEnd(6)} ${version.tags.join(" ") || "(no tag)"} | ${version.digest}',
    PACKAGES,
  ),
  inProgram(
    "6.5",
    "The summary counts the versions that were deleted and kept.",
    'setOutput("deleted", total.deleted)',
    PACKAGES,
  ),
  inProgram(
    "6.5",
    "It says how much storage was freed, layers that several images share counted once.",
    'setOutput("freed-bytes", total.freed)',
    PACKAGES,
  ),
  inProgram(
    "8.1",
    "A version that cannot be deleted is a failure of the run, not a line nobody reads.",
    "if (total.failed > 0) process.exitCode = 1;",
    PACKAGES,
  ),
  fromConfig("6.0, 7.1", "One run deletes at most 300 versions: a mistake does not empty the registry.", {
    line: deleted("retention.maxDeletions"),
    output: `${WHERE}.maxDeletions\``,
    holds: (files) => same(setting(files, "maxDeletions"), 300),
    proof: PACKAGES,
  }),
  inProgram("5.1", "All pages of the list of versions are read.", "github.all(base)", PACKAGES),
  inProgram(
    "5.1",
    "The package of a user is found like an organisation's.",
    'kind === "organization" ? "orgs" : "users"',
    PACKAGES,
  ),
  inProgram(
    "6.0, 6.5",
    "The parts of a multi-platform image that is kept stay, though they have no tags.",
    "for (const child of children) if (listed.has(child) && child !== digest) holders.get(child).push(digest);",
  ),
  fromConfig("9.3", "Without the cleanup, builds and tests go on.", {
    given: set("retention", false),
    line: deleted("retention"),
    output: "no container-prune.yml; every other file",
    holds: (files) =>
      files.workflow(CLEANUP) === undefined &&
      files.workflow("docker-build") !== undefined &&
      files.workflow("e2e-tests") !== undefined,
  }),
  beyond(
    "6.0, 6.5",
    "Review the cleanup's log daily for two weeks, and check that production images are there.",
    "People. The log says why each version went or stayed, and a failed run notifies them.",
  ),
  beyond(
    "6.5",
    "Restore images from backups.",
    "People, from the copies on Docker Hub. A release's commit can also be built again.",
  ),
];
