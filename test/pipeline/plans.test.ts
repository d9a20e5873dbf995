/** Several pipelines in one config: each has a plan of its own, and nothing that GitHub or a registry would mix up. */
import { describe, expect, it, test } from "vitest";
import { compile } from "../../src/compiler/compile.ts";
import { compileDocs } from "../../src/compiler/docs/compile-docs.ts";
import { loadConfig } from "../../src/config/load.ts";
import { type ConfigInput, configSchema } from "../../src/config/schema.ts";
import { formatProblem } from "../../src/config/user-error.ts";
import { compile as compileAll } from "../../src/index.ts";
import { planFile } from "../../src/pipeline/plan-file.ts";
import type { PipelinePart } from "../../src/pipeline/plan-file/schema.ts";
import { dockerfilesOf, plans } from "../../src/pipeline/plans.ts";
import type { Pipeline } from "../../src/pipeline/types.ts";
import { folder } from "../config/folder.ts";
import { keepingMonorepo, monorepo } from "../support/monorepo.ts";

const WORKFLOWS = ".github/workflows/";

const plansOf = (config: ConfigInput): ReturnType<typeof plans> => plans(configSchema.parse(config));

function pipelinesOf(config: ConfigInput): Pipeline[] {
  const { pipelines, problems } = plansOf(config);
  expect(problems).toEqual([]);
  return pipelines;
}

/** What occurs more than once, without regard to case. */
const repeated = (values: readonly string[]): string[] =>
  values.filter((value, index) => values.findIndex((other) => other.toLowerCase() === value.toLowerCase()) !== index);

/** What is wrong with a config in TypeScript, as the command line says it. */
async function mistakes(pipelines: string, before = ""): Promise<string[]> {
  const text = `export default {\n  project: "shop",\n${before}  pipelines: {\n${pipelines}  },\n};\n`;
  const { config, locate } = await loadConfig({ cwd: folder({ "ci.config.ts": text }) });
  return Promise.all(
    plans(config).problems.map(async (problem) =>
      formatProblem({ message: problem.message, location: await locate(problem) }),
    ),
  );
}

describe("names", () => {
  const [own, api, web] = pipelinesOf(monorepo);

  test("the repository's own pipeline is empty, and is the config check alone", () => {
    expect(Object.keys(own?.workflows ?? {})).toEqual(["check"]);
    expect(compile(own ?? expect.fail()).map(({ path }) => path)).toEqual([".github/workflows/ci-config.yml"]);
  });

  test("each of the others is called by its key: project, files, workflows, checks and statuses", () => {
    expect(api).toMatchObject({
      member: "api",
      project: "shop-api",
      workflows: {
        build: { name: "Build (api)", path: ".github/workflows/api-build.yml" },
        cleanup: { name: "Container Registry Cleanup (api)", path: ".github/workflows/api-container-prune.yml" },
      },
      checks: { ready: "Build ready (api)", nightlyReady: "Nightly ready (api)", published: "Published (api)" },
    });
    expect(api?.consumers.map(({ name, path }) => [name, path])).toContainEqual([
      "api: smoke",
      ".github/workflows/api-smoke.yml",
    ]);
    // What a config says goes before.
    expect(web).toMatchObject({
      project: "storefront",
      workflows: { build: { name: "Storefront", path: ".github/workflows/store-build.yml" } },
    });
    expect(web?.consumers.map(({ name, path }) => [name, path])).toContainEqual([
      "Storefront E2E",
      ".github/workflows/store-e2e.yml",
    ]);
  });

  test("every Dockerfile is read, whichever pipeline names it", () => {
    expect(dockerfilesOf(configSchema.parse(monorepo))).toEqual([
      "api/Dockerfile",
      "web/Dockerfile",
      "tools/Dockerfile",
    ]);
  });
});

/** What stands in spaces that a repository has but once, as the emitted files say it. */
describe("nothing is called alike in two pipelines", () => {
  const pipelines = pipelinesOf(keepingMonorepo);
  const workflowsOf = (pipeline: Pipeline) => compile(pipeline).filter(({ path }) => path.startsWith(WORKFLOWS));
  const texts = (pattern: RegExp): string[][] =>
    pipelines.map((pipeline) => [
      ...new Set(
        workflowsOf(pipeline).flatMap(({ body }) => [...body.matchAll(pattern)].map(([, value]) => value ?? "")),
      ),
    ]);
  const ofPlans = (namesOf: (part: PipelinePart) => readonly (string | undefined)[]): string[][] =>
    Object.values(planFile(pipelines, {}).pipelines).map((part) => [
      ...new Set(namesOf(part).filter((name) => name !== undefined)),
    ]);
  const imagesIn = ({ builds }: PipelinePart) =>
    Object.values(builds).flatMap((build) => (build.kind === "image" ? [build] : []));

  it.each([
    ["workflow files", () => pipelines.map((pipeline) => workflowsOf(pipeline).map(({ path }) => path))],
    ["workflows", () => texts(/^name: (.+)$/gm)],
    ["concurrency groups, up to what a run makes of them", () => texts(/concurrency:\n +group: ([^$\n]+)/g)],
    ["the layers in GitHub's cache", () => ofPlans((part) => imagesIn(part).map(({ cacheScope }) => cacheScope))],
    ["keys of caches", () => texts(/^ +key: ([a-z][^$\n]*)\$/gm)],
    ["categories of code scanning", () => texts(/category: (trivy-\S+)$/gm)],
    [
      "artifacts that later runs look for",
      () => ofPlans(({ metrics, flakes }) => [metrics?.artifact, flakes?.artifact]),
    ],
    ["comments", () => ofPlans(({ consumers }) => Object.values(consumers).map(({ coverage }) => coverage?.marker))],
    ["branches of pull requests", () => ofPlans(({ bases }) => Object.values(bases).map(({ branch }) => branch))],
    ["images", () => ofPlans((part) => [...imagesIn(part), ...Object.values(part.bases)].map(({ image }) => image))],
    [
      "pages",
      () =>
        pipelines
          .filter(({ workflows }) => workflows.build)
          .map((pipeline) => compileDocs(pipeline).map(({ path }) => path)),
    ],
  ])("%s", (_what, namesOf) => {
    const names = namesOf();
    expect(names.flat().length).toBeGreaterThan(1);
    expect(repeated(names.flat())).toEqual([]);
  });
});

describe("what clashes is said where it is written", () => {
  const image = (name: string): string =>
    `registry: { host: "ghcr.io", namespace: "acme" }, builds: { app: { kind: "image", image: "${name}" } }`;
  const release = `release: {}, topology: "workflow_call"`;

  test.each<[string, string[], string[]]>([
    [
      "images",
      [`    a: { ${image("one")} },\n`, `    b: { ${image("one")} },\n`],
      [
        'ci.config.ts:5:99 The pipeline "a" pushes ghcr.io/acme/one as well. Each would move the other\'s tags and delete its images.',
      ],
    ],
    [
      "projects",
      [`    a: { project: "same", ${image("one")} },\n`, `    b: { project: "same", ${image("two")} },\n`],
      [
        'ci.config.ts:5:19 The pipeline "a" has the project "same" as well: their concurrency groups would be the same, and each would cancel the other\'s runs.',
      ],
    ],
    [
      "workflows",
      [
        `    a: { names: { build: "CI" }, ${image("one")} },\n`,
        `    b: { names: { build: "ci" }, ${image("two")} },\n`,
      ],
      [
        'ci.config.ts:5:26 A workflow of the pipeline "a" has the name "ci" as well. Triggers and branch rules could not tell them apart.',
      ],
    ],
    [
      "files",
      [
        `    a: { files: { names: { build: "b-build" }, prefix: "a-" }, ${image("one")} },\n`,
        `    "a-b": { ${image("two")} },\n`,
      ],
      ['ci.config.ts:5:12 A workflow of the pipeline "a" would be written to .github/workflows/a-b-build.yml as well.'],
    ],
    [
      "files of one prefix",
      [
        `    a: { files: { prefix: "x-" }, ${image("one")} },\n`,
        `    b: { files: { prefix: "x-" }, ${image("two")} },\n`,
      ],
      [
        expect.stringMatching(
          /^ci\.config\.ts:5:\d+ A workflow of the pipeline "a" would be written to \.github\/workflows\/x-build\.yml as well\.$/,
        ),
        expect.stringContaining("x-container-prune.yml"),
      ],
    ],
    [
      "statuses",
      [`    a: { ${image("one")} },\n`, `    b: { consumers: { unit: { name: "Build ready (a)", run: "x" } } },\n`],
      [
        'ci.config.ts:5:37 The pipeline "a" reports "Build ready (a)" on the same commits, and a branch rule could not tell them apart.',
      ],
    ],
    [
      "copies",
      [
        `    a: { ${image("one/app")}, copies: [{ host: "docker.io", namespace: "acme", username: "U", password: "P" }] },\n`,
        `    b: { ${image("two/app")}, copies: [{ host: "docker.io", namespace: "acme", username: "U", password: "P" }] },\n`,
      ],
      [
        'ci.config.ts:5:99 The pipeline "a" pushes docker.io/acme/app as well. Each would move the other\'s tags and delete its images.',
      ],
    ],
    [
      "releases on GitHub",
      [
        `    a: { ${release}, ${image("one")}, publish: { notes: { kind: "githubRelease" } } },\n`,
        `    b: { ${release}, ${image("two")}, publish: { notes: { kind: "githubRelease" } } },\n`,
      ],
      [
        expect.stringMatching(
          /^ci\.config\.ts:5:\d+ The pipeline "a" also makes a release on GitHub for tags like v\*\.\*\.\*\./,
        ),
      ],
    ],
  ])("%s", async (_what, lines, found) => {
    expect(await mistakes(lines.join(""))).toEqual(found);
  });

  test("the repository's own pipeline is one of them", async () => {
    expect(await mistakes(`    api: { ${image("app")} },\n`, `  ${image("app")},\n`)).toEqual([
      expect.stringMatching(/^ci\.config\.ts:5:\d+ The pipeline "shop" pushes ghcr\.io\/acme\/app as well\./),
    ]);
  });

  test("what is wrong within one pipeline has its place there", async () => {
    expect(
      await mistakes(
        `    api: {\n      ${image("app")},\n      consumers: { unit: { needs: "ap", run: "x" } },\n    },\n`,
      ),
    ).toEqual([expect.stringMatching(/^ci\.config\.ts:6:\d+ .*"ap", which is not declared/)]);
  });
});

test("the public compile() gives the files of all of them, and checks what they share", async () => {
  const files = await compileAll(monorepo);
  expect(files.map(({ path }) => path)).toEqual(
    // The programs are shared.
    [...new Set(pipelinesOf(monorepo).flatMap((pipeline) => compile(pipeline).map(({ path }) => path)))].sort(),
  );
  await expect(
    compileAll({
      project: "p",
      consumers: { unit: { run: "x" } },
      pipelines: { a: { project: "p", consumers: { unit: { run: "x" } } } },
    }),
  ).rejects.toThrow(/has the project "p" as well/);
});
