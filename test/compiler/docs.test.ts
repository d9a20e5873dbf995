/** The compiled docs: they say what is emitted, in Markdown that Prettier leaves alone and diagrams that Mermaid reads. */
import { format } from "prettier";
import { describe, expect, it } from "vitest";
import { compileDocs } from "../../src/compiler/docs/compile-docs.ts";
import { type PAGES, pagePath } from "../../src/compiler/docs/pages.ts";
import { requiredChecks } from "../../src/pipeline/describe.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import { plannedFor } from "../support/plan-of.ts";
import type { EmittedJob } from "../support/read-workflows.ts";
import { shortCharon, type System, systemNamed, systemOf, systems } from "../support/systems.ts";

/** Names that would break out of a table, a diagram or a code span. */
const hostile: ConfigInput = {
  ...shortCharon,
  names: { build: 'Say "hi" | [x](y) `z` {"a"} <b>', promote: "Move; end --> evil", release: "Release #1 \\ _a_ *b*" },
  branches: { main: "main", integration: ["dev|elop"], feature: ["**"] },
  consumers: Object.fromEntries(
    [
      "]) --> evil",
      'a "quoted" name',
      "`code`",
      "pipe | pipe",
      "* star _",
      "<script>alert(1)</script>",
      "end",
      "1. not a list",
    ].map((name, index) => [
      `test-${index}`,
      { name, needs: "charon", run: "true", ...(index === 0 && { source: "build" as const }) },
    ]),
  ),
  channels: undefined,
  copies: [],
};

const documented: readonly System[] = [
  ...systems,
  systemOf("hostile names", hostile),
  systemOf("consumers whose keys differ by a dash", {
    ...shortCharon,
    consumers: { "a-b": { name: "x", needs: "charon", run: "true" }, ab: { name: "y", needs: "charon", run: "true" } },
  }),
];

const documentOf = (system: System, name: (typeof PAGES)[number]): string => {
  const file = compileDocs(system.pipeline).find((one) => one.path === pagePath(system.pipeline, name));
  if (!file) throw new Error(`There is no page ${name}.`);
  return file.body;
};
const diagramOf = (text: string): string[] => /```mermaid\n([\s\S]*?)\n```/.exec(text)?.[1]?.split("\n") ?? [];

/** Rows of the table below a heading, as cells. */
function rowsBelow(text: string, heading: string): string[][] {
  const section = text.split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  return section
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(2)
    .map((line) =>
      line
        .replace(/^\| | \|$/g, "")
        .split(/(?<!\\) \| /)
        .map((cell) => cell.trim()),
    );
}

/** What GitHub calls the checks of a job: those of a called workflow after the caller, and one for each value of a matrix. */
function namesOf(system: System, job: EmittedJob): string[] {
  const called = system.workflows.find(({ path }) => job.calls?.path === `./${path}`);
  if (called) return called.jobs.flatMap((one) => namesOf(system, one).map((name) => `${job.name} / ${name}`));
  if (job.matrix === undefined) return [job.name];
  const entries = system.pipeline.builds.flatMap((build) =>
    build.kind === "image" ? Object.values(build.entries).flatMap((one) => one ?? []) : [],
  );
  return entries.map(({ name }) => job.name.replace(/\$\{\{ matrix\.\w+ \}\}/, name));
}

const NODE = String.raw`[a-z][a-z0-9_]*`;
const LABEL = String.raw`"[^"]*"`;
const SHAPE = String.raw`(?:\[${LABEL}\]|\(\[${LABEL}\]\)|\[\(${LABEL}\)\])`;
const ARROW = String.raw`(?:-->|-\.->|-- ${LABEL} -->|-\. ${LABEL} \.->)`;
const EDGE = new RegExp(`^  (${NODE})(${SHAPE})? ${ARROW} (${NODE})(${SHAPE})?$`);

describe.each(documented)("the docs of $name", (system) => {
  it("are Prettier's own format", async () => {
    for (const { path, body } of compileDocs(system.pipeline))
      expect(await format(body, { parser: "markdown" }), path).toBe(body);
  });

  it("hold a diagram in Mermaid's grammar, where each node has one label", () => {
    const [head, ...edges] = diagramOf(documentOf(system, "ci-cd"));
    expect(head).toBe("flowchart LR");
    expect(edges.filter((line) => !EDGE.test(line))).toEqual([]);
    const labels = new Map<string, string>();
    for (const [, from = "", fromShape, to = "", toShape] of edges.map((line) => EDGE.exec(line) ?? [])) {
      for (const [node, shape] of [
        [from, fromShape],
        [to, toShape],
      ] as const) {
        if (shape === undefined) continue;
        expect(labels.get(node) ?? shape, node).toBe(shape);
        labels.set(node, shape);
      }
      // `end` is a word of Mermaid's own.
      expect([from, to]).not.toContain("end");
    }
    const named = edges.flatMap((line) => EDGE.exec(line)?.filter((_, index) => index === 1 || index === 3) ?? []);
    expect(named.filter((node) => !labels.has(node))).toEqual([]);
    // One node a workflow that takes part, however alike their keys are.
    const consumers = [...labels.keys()].filter((node) => node.startsWith("consumer_"));
    expect(consumers).toHaveLength(system.pipeline.consumers.length);
  });

  it("show only labels that a browser takes for text", () => {
    for (const line of diagramOf(documentOf(system, "ci-cd")))
      for (const [, label] of line.matchAll(/"([^"]*)"/g)) expect(label).not.toMatch(/[<>]|#(?!\w+;)/);
  });

  it("list every workflow with its file", () => {
    const rows = rowsBelow(documentOf(system, "ci-cd"), "Workflows, triggers and the way of the image");
    expect(rows.map((row) => row[1]).sort()).toEqual(system.workflows.map((workflow) => `\`${workflow.file}\``).sort());
  });

  it("list as required what an emitted workflow really posts on pull requests", () => {
    const part = plannedFor(system.pipeline);
    for (const check of requiredChecks(system.pipeline)) {
      const workflow = system.workflows.find((one) => one.name === check.from);
      const names = workflow?.jobs.flatMap((job) => namesOf(system, job)) ?? [];
      if (check.kind === "check") {
        expect(names, check.name).toContain(check.name);
        if (system.pipeline.pullRequests) expect(workflow?.on, check.name).toHaveProperty("pull_request");
      } else {
        const posts = workflow?.jobs.flatMap(({ steps }) =>
          steps.filter(({ program }) => program === "report-status").map((step) => String(step.with["consumer"])),
        );
        const contexts = posts?.flatMap((key) => (part.groups[key] ?? [key]).map((one) => part.consumers[one]?.name));
        expect(contexts, check.name).toContain(check.name);
      }
    }
    const rows = rowsBelow(documentOf(system, "ci-cd"), "What a branch rule can require");
    expect(rows).toHaveLength(requiredChecks(system.pipeline).length);
  });

  it("list every secret that the workflows ask for, and every environment that they run in, with who asks", () => {
    const section =
      documentOf(system, "ci-cd").split("## What the repository's settings must hold\n")[1]?.split("\n## ")[0] ?? "";
    for (const workflow of system.workflows) {
      const text = JSON.stringify(workflow.jobs.map((job) => job.raw));
      const secrets = [...text.matchAll(/(?<![\w./-])secrets\.(\w+)/g)]
        .map(([, name]) => name ?? "")
        .filter((name) => name !== "GITHUB_TOKEN");
      const environments = [...text.matchAll(/"environment":(?:"([^"]+)"|\{"name":"([^"]+)")/g)].map(
        ([, name, inside]) => name ?? inside ?? "",
      );
      for (const name of [...secrets, ...environments])
        expect(
          section.split("\n").some((line) => line.startsWith(`| \`${name}\` `)),
          `${workflow.file}: ${name}`,
        ).toBe(true);
    }
    for (const [name] of rowsBelow(documentOf(system, "ci-cd"), "What the repository's settings must hold").filter(
      ([cell]) => /^`[A-Z0-9_]+`$/.test(cell ?? ""),
    )) {
      expect(JSON.stringify(system.workflows.map((workflow) => workflow.jobs.map((job) => job.raw))), name).toContain(
        `secrets.${name?.replaceAll("`", "")}`,
      );
    }
  });

  it("speak of one run or of several, as it is", () => {
    const text = documentOf(system, "ci-cd") + documentOf(system, "troubleshooting-ci");
    if (system.pipeline.topology === "workflow_call")
      expect(text).not.toMatch(/workflow_run` (?:trigger|workflows)|commit status|posts a status/);
    else expect(text).not.toMatch(/calls every consumer|"calls"/);
  });

  it("name in the other page only files and workflows that exist", () => {
    const text = documentOf(system, "troubleshooting-ci");
    const files = [...text.matchAll(/gh workflow run (\S+?)[ `]/g)].map(([, file]) => file ?? "");
    expect(files.filter((file) => !system.workflows.some((workflow) => workflow.file === file))).toEqual([]);
    for (const file of files)
      expect(system.workflows.find((workflow) => workflow.file === file)?.on, file).toHaveProperty("workflow_dispatch");
    expect(text).not.toMatch(/undefined|\[object/);
  });
});

it("the docs of Charon name the tags and how long they live", () => {
  const rows = rowsBelow(documentOf(systemNamed("Charon"), "ci-cd"), "Tags and how long they live");
  expect(rows).toContainEqual(["pull request", "`pr-{number}-{sha}`", "`pr-123-abc1234`", "no", "48 hours"]);
  expect(rows).toContainEqual(["push to main, development", "`sha-{sha}`", "`sha-abc1234`", "no", "30 days"]);
  expect(rows).toContainEqual([
    "main, development, nightly",
    "`latest`, `dev`, `nightly`",
    "`latest`, `dev`, `nightly`",
    "yes",
    "for ever",
  ]);
});
