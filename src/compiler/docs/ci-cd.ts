/** `docs/ci-cd.md`: the pipeline as people need to know it, made from the plan and so never out of date. */
import { requiredChecks, retentionOfTag, tagExamples, triggersInWords } from "../../pipeline/describe.ts";
import type { Consumer, Pipeline } from "../../pipeline/types.ts";
import { calledIn, isCalled, promotesIn, type RunKind, takenBy } from "../../pipeline/runs.ts";
import { limitsTable } from "./limits.ts";
import { code, codes, escapeMarkdown, sections, table } from "./markdown.ts";
import { settingsText } from "./settings.ts";

export function ciCdDocument(pipeline: Pipeline): string {
  return sections(
    `# The CI/CD pipeline of ${pipeline.project}`,
    "Every commit is built once. Every test takes that very image, and what passed is promoted by its digest: nothing is built a second time on its way to a release.",
    "## Workflows, triggers and the way of the image",
    diagram(pipeline),
    workflowTable(pipeline),
    "## Tags and how long they live",
    tagTable(pipeline),
    retentionText(pipeline),
    "## What a branch rule can require",
    requiredText(pipeline),
    requiredTable(pipeline),
    "## Where images come from",
    sourcesText(pipeline),
    "## What the repository's settings must hold",
    settingsText(pipeline),
    "## What GitHub Actions cannot do",
    limitsTable(pipeline),
  );
}

function requiredText({ topology, gates, checks }: Pipeline): string {
  if (topology === "workflow_run")
    return "Results of workflows that follow the build do not show on a pull request by themselves. Each posts a commit status instead, under the name below, whatever happened: also when the build failed or was cancelled.";
  const gate = `The build and all tests are one run. Its job ${code(checks.gate)} looks at all of their results whatever happened, also when the build failed, and passes only where everything that is required has passed. Require it, and not the jobs of the tests, which GitHub skips and then takes for passed.`;
  const each =
    gates === "each"
      ? " Beside the jobs of each test stands one under the consumer's name, which says the same of that test alone."
      : "";
  return gate + each;
}

/** Names of nodes in Mermaid must be plain words. */
const node = (kind: string, name: string): string => `${kind}_${name.replace(/[^A-Za-z0-9]/g, "_").toLowerCase()}`;
/** Mermaid reads entity codes with `#`, and hands labels to the browser as HTML. */
const label = (text: string): string => `"${text.replace(/["<>#]/g, (sign) => `#${sign.charCodeAt(0)};`)}"`;

/** The run that builds, the night's and a release, by the names of their nodes. */
const RUNS: readonly RunKind[] = ["build", "nightly", "release"];

function diagram(pipeline: Pipeline): string {
  const { build, nightly, promote, cleanup, release, metrics } = pipeline.workflows;
  const lines: string[] = ["flowchart LR"];
  const registry = pipeline.registry ? `registry[(${label(pipeline.registry.host)})]` : undefined;
  if (build) lines.push(`  code([${label("push, pull request, merge queue")}]) --> build[${label(build.name)}]`);
  if (nightly)
    lines.push(
      `  clock([${label(`every night, ${pipeline.nightly ? pipeline.nightly.schedule : ""}`)}]) --> nightly[${label(nightly.name)}]`,
    );
  if (release)
    lines.push(
      `  tag([${label(`tag ${pipeline.release ? pipeline.release.tags : ""}`)}]) --> release[${label(release.name)}]`,
    );
  lines.push(...wayOfImages(pipeline, registry));
  const oneRun = pipeline.topology === "workflow_call";
  const gate = `gate[${label(pipeline.checks.gate)}]`;
  for (const consumer of pipeline.consumers) lines.push(...testOf(pipeline, consumer, gate));
  if (oneRun && pipeline.consumers.length > 0) lines.push(`  gate -- "check" --> commit([${label("commit")}])`);
  const passed = pipeline.consumers.length === 0 ? "build" : oneRun ? "gate" : "commit";
  if (promote) {
    lines.push(
      `  ${passed} --> promote[${label(promote.name)}]`,
      `  promote -- ${label(pipeline.channels.map((channel) => channel.tag).join(", "))} --> registry`,
    );
    for (const copy of pipeline.copies)
      lines.push(`  promote -- "copies" --> ${node("copy", copy.host)}[(${label(copy.host)})]`);
  }
  if (release) lines.push('  release -- "the tested digest" --> registry');
  if (cleanup) lines.push(`  cleanup[${label(cleanup.name)}] -- "deletes what expired" --> registry`);
  if (promotesIn(pipeline, "build")) {
    const own = pipeline.channels.filter(({ of }) => of !== "nightly").map(({ tag }) => tag);
    lines.push(`  ${passed} -- ${label(`all green: ${own.join(", ")}`)} --> registry`);
    for (const copy of pipeline.copies)
      lines.push(`  registry -- "copies" --> ${node("copy", copy.host)}[(${label(copy.host)})]`);
  }
  for (const target of oneRun ? pipeline.publish : [])
    lines.push(
      `  ${passed} -- ${label(`${target.on.join(", ")}: all green`)} --> ${node("target", target.key)}[${label(target.key)}]`,
    );
  if (metrics)
    lines.push(
      registry
        ? `  metrics[${label(metrics.name)}] -. "reads runs and sizes" .-> registry`
        : `  metrics[${label(metrics.name)}] -. "reads runs" .-> build`,
    );
  return `\`\`\`mermaid\n${lines.join("\n")}\n\`\`\``;
}

/** From the runs that build, or from what they call to build, into the registry. */
function wayOfImages(pipeline: Pipeline, registry: string | undefined): string[] {
  const { nightly, builds, files } = pipeline.workflows;
  const runs = RUNS.filter((run) => pipeline.workflows[run]);
  const called = [
    ...(builds ? [{ id: "builds", name: builds.name }] : []),
    ...(files ? [{ id: "files", name: files.name }] : []),
  ];
  const calls = called.flatMap(({ id, name }) =>
    runs.map((run, index) =>
      index === 0 ? `  ${run} -- "builds in" --> ${id}[${label(name)}]` : `  ${run} -.-> ${id}`,
    ),
  );
  const builder = builds ? "builds" : "build";
  return [
    ...calls,
    ...(registry ? [`  ${builder} -- "image by digest" --> ${registry}`] : []),
    ...(registry && nightly && !builds ? ["  nightly --> registry"] : []),
  ];
}

/** Who tests, started by what, and where its result shows. */
function testOf(pipeline: Pipeline, consumer: Consumer, gate: string): string[] {
  const { nightly } = pipeline.workflows;
  const id = node("consumer", consumer.key);
  const check = `  ${id} -- "check" --> commit([${label("commit")}])`;
  if (pipeline.topology === "workflow_call") {
    const callers = RUNS.filter((run) => pipeline.workflows[run] && calledIn(pipeline, run).includes(consumer));
    const [first = "build", ...others] = callers;
    return [
      `  ${first} -- ${isCalled(pipeline, consumer) ? '"calls"' : '"tests in a job"'} --> ${id}[${label(consumer.name)}]`,
      ...others.map((run) => `  ${run} -.-> ${id}`),
      `  ${id} --> ${gate}`,
      ...(pipeline.gates === "each" ? [check] : []),
    ];
  }
  if (takenBy(consumer).length === 0)
    return [
      `  code --> ${id}[${label(consumer.builds.length > 0 ? `${consumer.name} (builds for itself)` : consumer.name)}]`,
      check,
    ];
  return [
    `  build -- "workflow_run" --> ${id}[${label(consumer.name)}]`,
    ...(nightly && consumer.events.includes("nightly") ? [`  nightly -.-> ${id}`] : []),
    `  ${id} -- "commit status" --> commit([${label("commit")}])`,
  ];
}

function workflowTable(pipeline: Pipeline): string {
  return table(
    ["Workflow", "File", "Runs on"],
    triggersInWords(pipeline).map(({ name, path, on }) => [
      code(name),
      code(path.split("/").at(-1) ?? path),
      on.join("; "),
    ]),
  );
}

function tagTable(pipeline: Pipeline): string {
  if (!pipeline.registry) return "This pipeline builds files, not images, so it gives no tags.";
  return table(
    ["Made by", "Tag", "Example", "Moves", "Kept"],
    tagExamples(pipeline).map((row) => [
      escapeMarkdown(row.event),
      codes(row.patterns),
      codes(row.examples),
      row.moves ? "yes" : "no",
      retentionOfTag(pipeline, row),
    ]),
  );
}

function retentionText(pipeline: Pipeline): string {
  const { retention, registry } = pipeline;
  if (!registry) return "";
  if (!retention) return "Nothing is deleted: the config switches the cleanup off.";
  const effect = retention.dryRun
    ? "It only says what it would delete, until the config sets `dryRun: false`."
    : `It deletes at most ${retention.maxDeletions} versions a run.`;
  return `The cleanup runs on ${code(retention.schedule)} (UTC). ${effect} Nothing younger than ${retention.minimumAgeHours} hours is deleted, nothing that a run still needs, nothing at the head of an open pull request, and no version that carries even one tag that is to be kept.`;
}

function requiredTable(pipeline: Pipeline): string {
  return table(
    ["Status or check", "From", "Kind"],
    requiredChecks(pipeline).map((check) => [code(check.name), code(check.from), check.kind]),
  );
}

function sourcesText(pipeline: Pipeline): string {
  const images = pipeline.builds.filter((build) => build.kind === "image");
  if (images.length === 0) return "Consumers take the artifact of the build's own run.";
  const forks = {
    test: "Pull requests from forks cannot push. Their image travels as an artifact of the build's run, and the tests run it without secrets and without a token that can write.",
    build: "Pull requests from forks are built, not tested.",
    ignore: "Pull requests from forks are left out.",
  }[pipeline.forks];
  const fallback = images.some((build) => build.fallback)
    ? "When the registry fails, a consumer takes the artifact that the build saved beside its push (kept one day)."
    : "There is no artifact to fall back to when the registry fails.";
  const made = pipeline.consumers.some((consumer) => consumer.fallback === "build")
    ? "Where there is neither, also because the build failed, a consumer whose `fallback` is `build` makes its image from the sources, and says so in its summary."
    : "";
  return `Consumers pull by digest, with retries. ${[fallback, made, forks].filter((part) => part !== "").join(" ")} Whatever was pulled is compared with the commit that the build recorded; a mismatch ${pipeline.freshness === "fail" ? "fails the test" : "is a warning"}.`;
}
