/** What a run with its tests in it must be able to do: each mistake with the place in the config and the way out. */
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import type { ConfigInput, ConsumerInput } from "../../src/config/schema.ts";
import { plan } from "../../src/pipeline/plan.ts";
import { folder } from "../config/folder.ts";
import { planOf } from "../support/plan-of.ts";

/** A system that publishes what it tests, to change in a test. */
const shop = (change: Partial<ConfigInput> = {}): ConfigInput => ({
  project: "shop",
  topology: "workflow_call",
  registry: { host: "ghcr.io", namespace: "acme" },
  builds: {
    app: { kind: "image" },
    tools: { kind: "image", image: "tools" },
    dist: { kind: "files", run: "make", paths: ["dist"] },
  },
  caches: { modules: { paths: ["~/.cache/modules"], files: ["go.sum"] } },
  consumers: {
    unit: { needs: [], run: "make unit", caches: ["modules"] },
    smoke: { needs: "app", after: ["unit"], run: "./smoke.sh" },
    whole: { needs: ["app", "tools"], run: "./whole.sh" },
  },
  publish: {
    hub: {
      kind: "images",
      to: { host: "docker.io", namespace: "acme", username: "U", password: "P" },
      images: ["app"],
    },
    npm: { kind: "npm", from: "dist", after: ["hub"] },
  },
  ...change,
});
const withConsumer = (key: string, change: Partial<ConsumerInput>): ConfigInput => {
  const { consumers = {} } = shop();
  return shop({ consumers: { ...consumers, [key]: { ...(consumers[key] ?? { needs: "app", run: "x" }), ...change } } });
};
const withTarget = (key: "hub" | "npm", change: object): ConfigInput => {
  const { publish = {} } = shop();
  return shop({ publish: { ...publish, [key]: { ...publish[key], ...change } } } as Partial<ConfigInput>);
};
const many = (count: number): ConfigInput["consumers"] =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`c${index + 1}`, { needs: "app" as const, run: "x" }]),
  );

const problemsOf = (config: ConfigInput): string[] =>
  planOf(config).problems.map(({ path, message, hint }) => `${path.join(".")}: ${message} ${hint ?? ""}`.trim());

const rows: [string, ConfigInput, RegExp][] = [
  [
    "a consumer that comes after itself, by way of another",
    withConsumer("unit", { after: ["smoke"] }),
    /^consumers\.unit\.after: "unit" would come after itself/,
  ],
  [
    "`after` with an unknown name",
    withConsumer("smoke", { after: ["unti"] }),
    /^consumers\.smoke\.after\.0: .*"unti".*not declared.*`unit`/,
  ],
  [
    "`after` where every consumer follows the build by itself",
    { ...shop(), topology: "workflow_run", publish: {} },
    /^consumers\.smoke\.after: .*follows the build by itself.*workflow_call/,
  ],
  [
    "publishing where nobody sees the tests",
    { ...shop(), topology: "workflow_run" },
    /^publish\.hub: .*runs of their own.*workflow_call/,
  ],
  [
    "taking tags back where nobody sees the tests",
    { ...shop(), topology: "workflow_run", failedTests: "withdraw" },
    /^failedTests: .*runs of their own/,
  ],
  [
    "reviewers of major releases that no job would ask",
    {
      ...shop(),
      topology: "workflow_run",
      publish: {},
      consumers: {},
      release: { environment: { name: "live", when: "major" } },
    },
    /^release\.environment\.when: .*asked by nobody.*always/,
  ],
  [
    "cleaning up before those who follow have had the image",
    { ...shop(), topology: "workflow_run", retention: { afterRun: {} } },
    /^retention\.afterRun: .*only starts then/,
  ],
  [
    "more consumers than a run may call",
    shop({ consumers: many(51), publish: {} }),
    /^consumers\.c51: .*51 consumers.*call 50/,
  ],
  [
    "a cache that is not declared",
    withConsumer("unit", { caches: ["module"] }),
    /^consumers\.unit\.caches\.0: .*`modules`/,
  ],
  [
    "a cache of a build that is not declared",
    shop({ builds: { ...shop().builds, dist: { kind: "files", run: "make", paths: ["dist"], caches: ["oops"] } } }),
    /^builds\.dist\.caches\.0: .*"oops"/,
  ],
  [
    "a published image that nobody tests",
    shop({ consumers: { unit: { needs: "tools", run: "x" } } }),
    /^publish\.hub: .*ships the image "app" on main, and no consumer.*`needs`/,
  ],
  [
    "a published image whose tests only warn",
    shop({ consumers: { smoke: { needs: "app", run: "x", failure: "soft" } } }),
    /^publish\.hub: .*"app"/,
  ],
  [
    "a published image whose tests are not required",
    shop({ consumers: { smoke: { needs: "app", run: "x", required: false } } }),
    /^publish\.hub: .*"app"/,
  ],
  [
    "a published image that is tested on other events",
    shop({ consumers: { smoke: { needs: "app", run: "x", on: ["pullRequest"] } } }),
    /^publish\.hub: .*on main/,
  ],
  [
    "a published build that is not declared",
    withTarget("hub", { images: ["ap"] }),
    /^publish\.hub\.images\.0: .*"ap", which is not declared.*`app`/,
  ],
  ["a published build without a list", withTarget("hub", { images: "ap" }), /^publish\.hub\.images: .*`app`/],
  [
    "files where an image is published",
    withTarget("hub", { images: ["dist"] }),
    /^publish\.hub\.images\.0: .*publishes an image here, and the build "dist" makes files/,
  ],
  [
    "an image where files are published",
    withTarget("npm", { from: "app" }),
    /^publish\.npm\.from: .*publishes files here, and the build "app" makes an image/,
  ],
  [
    "a target that comes after one of other events",
    withTarget("npm", { on: ["nightly"] }),
    /^publish\.npm\.after\.0: .*no event publishes both/,
  ],
  [
    "an event that the pipeline does not have",
    withTarget("hub", { on: ["main", "integration"] }),
    /^publish\.hub\.on\.1: .*"integration".*branches\.integration/,
  ],
  [
    "a target that comes after itself",
    withTarget("hub", { after: ["npm"] }),
    /^publish\.hub\.after: "hub" would come after itself/,
  ],
  ["`after` with an unknown target", withTarget("npm", { after: ["hubb"] }), /^publish\.npm\.after\.0: .*`hub`/],
  [
    "a bake file where its targets are meant",
    shop({
      builds: { ...shop().builds, all: { kind: "bake", targets: { web: {}, worker: {} } } },
      consumers: { ...shop().consumers, web: { needs: "all", run: "x" } },
    }),
    /^consumers\.web\.needs: .*"all".*not declared.*"web", "worker"/,
  ],
  [
    "tests of a release that nobody makes",
    withConsumer("whole", { on: ["main", "release"] }),
    /^consumers\.whole\.on\.1: .*Declare `release`/,
  ],
];

describe("a run with its tests in it", () => {
  it("has nothing to say of a system that fits together, with tests of releases, an order, and what only warns before others", () => {
    expect(problemsOf(shop())).toEqual([]);
    expect(
      problemsOf(
        shop({ release: {}, consumers: { ...shop().consumers, last: { needs: "app", run: "x", on: ["release"] } } }),
      ),
    ).toEqual([]);
    expect(problemsOf(withConsumer("unit", { failure: "soft" }))).toEqual([]);
    expect(problemsOf(shop({ consumers: { ...many(50) }, publish: {} }))).toEqual([]);
    expect(problemsOf(withConsumer("whole", { matrix: { browser: ["a", "b"] }, choose: ["browser"] }))).toEqual([]);
  });

  it.each(rows)("finds %s", (_name, config, expected) => {
    expect(problemsOf(config).filter((problem) => expected.test(problem))).toHaveLength(1);
  });

  it("asks nothing of what is switched off", () => {
    expect(problemsOf({ ...withTarget("hub", { images: ["nothing"] }), publishing: false })).toEqual([]);
    expect(
      problemsOf({
        ...shop(),
        topology: "workflow_run",
        publishing: false,
        consumers: { smoke: { needs: "app", run: "x" } },
      }),
    ).toEqual([]);
  });
});

it("points at the line of the config", async () => {
  const text = `import { defineConfig } from "pipewright";
export default defineConfig({
  project: "shop",
  registry: { host: "ghcr.io", namespace: "acme" },
  builds: { app: { kind: "image" } },
  consumers: {
    unit: { needs: [], run: "make unit", after: ["smoke"] },
    smoke: {
      needs: "app",
      run: "./smoke.sh",
      after: ["unit"],
    },
  },
  publish: {
    hub: {
      kind: "images",
      to: { host: "docker.io", namespace: "acme", username: "U", password: "P" },
      images: ["aap"],
    },
  },
  failedTests: "withdraw",
} as never);
`;
  const linesOf = async (config: string): Promise<string[]> => {
    const loaded = await loadConfig({ cwd: folder({ "ci.config.ts": config }) });
    const lines = plan(loaded.config).problems.map(
      async (problem) => `${(await loaded.locate(problem)).line}: ${problem.message}`,
    );
    return Promise.all(lines);
  };
  expect(await linesOf(text)).toEqual([
    expect.stringMatching(/^7: "unit" would come after itself/),
    expect.stringMatching(/^11: "smoke" would come after itself/),
    expect.stringMatching(/^18: .*"aap", which is not declared/),
  ]);
  const followed = text
    .replace('project: "shop",', 'project: "shop", topology: "workflow_run",')
    .replace(', after: ["smoke"]', "")
    .replace('"aap"', '"app"');
  expect(await linesOf(followed)).toEqual([
    expect.stringMatching(/^11: .*follows the build by itself/),
    expect.stringMatching(/^15: "hub" is published once/),
    expect.stringMatching(/^21: Tags are taken back/),
  ]);
});
