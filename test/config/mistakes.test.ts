import { describe, expect, test } from "vitest";
import { configSchema } from "../../src/config/schema.ts";
import { mistakes } from "./mistakes.ts";

describe("sentences, with the place and the nearest valid name", () => {
  test("a version that loses its last zero as a number", async () => {
    const text = `import { defineConfig, files } from "pipewright";
export default defineConfig({ project: "p", builds: { a: files({ run: "x", paths: ["y"], setup: { python: 3.1 } }) } });
`;
    expect(await mistakes(text)).toEqual([
      expect.stringMatching(/^ci\.config\.ts:2:\d+ .*python.*expected a version in quotes, such as "3\.10"/),
    ]);
  });
  test("all mistakes at once, in the file's order", async () => {
    const text = `import { defineConfig, image, minutes } from "pipewright";
export default defineConfig({
  project: "My Project",
  freshnes: "fail",
  freshness: "wran",
  builds: {
    app: image({ dockerFile: "Dockerfile", timeout: 5, platforms: ["linux-amd64"], cache: "ghaa" }),
    E2E: image(),
    other: { kind: "imgae" },
    none: { dockerfile: "x" },
  },
  consumers: {
    e2e: { needs: "app", timout: minutes(15), matrix: { browser: [] }, artifacts: [{ name: "a/b", path: "x", keep: "7 days" }] },
    unit: { coverage: { format: "gcov" } },
    steps: { needs: "app", steps: [{ name: "x", rum: "npm test" }, "npm test"] },
  },
  metrics: { runs: 5, thresholds: { storageGigabytes: "50" } },
  retention: { pullRequests: "1d" },
  actions: { "actions/checkout": { version: "v7", sha: "abc" } },
} as never);
`;
    expect(await mistakes(text)).toEqual([
      'ci.config.ts:3:12 `project` is "My Project"; expected lower-case letters, digits and dashes, beginning with a letter.',
      "ci.config.ts:4:3 `freshnes` is no setting of the config. Did you mean `freshness`?",
      'ci.config.ts:5:14 `freshness` is "wran"; expected "fail" or "warn". Did you mean "warn"?',
      "ci.config.ts:7:18 `dockerFile` is no setting of `builds.app`. Did you mean `dockerfile`?",
      'ci.config.ts:7:53 `builds.app.timeout` is 5; expected a duration such as minutes(15) or "15m". A number has no unit: for minutes write minutes(5) or "5m".',
      'ci.config.ts:7:68 `builds.app.platforms[0]` is "linux-amd64"; expected a platform such as linux/amd64.',
      'ci.config.ts:7:91 `builds.app.cache` is "ghaa"; expected false, "gha", "registry" or "registry-per-branch". Did you mean "gha"?',
      "ci.config.ts:8:5 `E2E` cannot be a name in `builds`: expected lower-case letters, digits and dashes, beginning with a letter. Call it `e2e`.",
      'ci.config.ts:9:20 `builds.other.kind` is "imgae"; expected "image", "bake" or "files". Did you mean "image"?',
      'ci.config.ts:10:11 `builds.none.kind` is missing; expected "image", "bake" or "files". The builders image({ ... }), bake({ ... }) and files({ ... }) fill it in.',
      "ci.config.ts:13:26 `timout` is no setting of `consumers.e2e`. Did you mean `timeout`?",
      "ci.config.ts:13:66 `consumers.e2e.matrix.browser` is empty; expected at least one entry.",
      'ci.config.ts:13:92 `consumers.e2e.artifacts[0].name` is "a/b"; expected an artifact name without slashes or wildcards.',
      'ci.config.ts:13:116 `consumers.e2e.artifacts[0].keep` is "7 days"; expected a duration such as minutes(15) or "15m". Write "7d".',
      "ci.config.ts:14:23 `consumers.unit.coverage.file` is missing; expected a text. It is the report that the tests write.",
      'ci.config.ts:14:33 `consumers.unit.coverage.format` is "gcov"; expected "go", "lcov" or "cobertura". Did you mean "lcov"?',
      "ci.config.ts:15:49 `rum` is no setting of `consumers.steps.steps[0]`. Did you mean `run`?",
      expect.stringMatching(/^ci\.config\.ts:15:68 `consumers\.steps\.steps\[1\]` is "npm test"; expected an object\./),
      "ci.config.ts:17:20 `metrics.runs` is 5; expected at least 10.",
      'ci.config.ts:17:55 `metrics.thresholds.storageGigabytes` is "50"; expected a number.',
      "ci.config.ts:18:16 `pullRequests` is no setting of `retention`. Did you mean `pullRequest`?",
      'ci.config.ts:19:56 `actions["actions/checkout"].sha` is "abc"; expected a full commit, 40 hexadecimal digits.',
    ]);
  });

  test("in targets of bake files, publications, deployments, caches and further pipelines", async () => {
    const text = `import { bake, defineConfig, deploy, files, npmPackage, pipeline, publishImages } from "pipewright";
export default defineConfig({
  project: "p",
  topology: "workflow-call",
  builds: {
    all: bake({ targets: { web: { dockerFile: "x" }, API: {} } }),
    dist: files({ run: "make", paths: ["x"], maxSizes: { "*.gz": "10 megabytes" } }),
  },
  publish: {
    nothing: { images: "web" },
    wrong: { kind: "image", images: "web" },
    hub: publishImages({ to: { host: "docker.io", user: "U" }, image: "web" }),
    npm: npmPackage({ from: "dist", registry: "npm.example.com", on: ["tag"] }),
    live: deploy({ images: "web", run: "x", canary: { run: "x" }, health: { url: "example.com" } }),
  },
  registry: { host: "registry.fly.io", auth: { token: "T" } },
  consumers: {
    e2e: { needs: "web", deployment: { deploy: "x", heathy: "x", destroy: "x" }, failure: "hard", budget: { target: "5m" }, coverage: { file: "c", format: "go", minimum: 101 } },
  },
  caches: { npm: { path: ["x"], files: ["x"] } },
  version: { base: "1" },
  pipelines: { api: pipeline({ consumers: { unit: { runs: "x" } }, check: {} }) },
} as never);
`;
    expect(await mistakes(text)).toEqual([
      'ci.config.ts:4:13 `topology` is "workflow-call"; expected "workflow_run" or "workflow_call". Did you mean "workflow_call"?',
      "ci.config.ts:6:35 `dockerFile` is no setting of `builds.all.targets.web`. Did you mean `dockerfile`?",
      "ci.config.ts:6:54 `API` cannot be a name in `builds.all.targets`: expected lower-case letters, digits and dashes, beginning with a letter. Call it `api`.",
      'ci.config.ts:7:66 `builds.dist.maxSizes["*.gz"]` is "10 megabytes"; expected a size such as "50MB".',
      'ci.config.ts:10:14 `publish.nothing.kind` is missing; expected "images", "npm", "maven", "githubRelease" or "deploy". The builders publishImages({ ... }), npmPackage({ ... }), mavenPackage({ ... }), githubRelease({ ... }) and deploy({ ... }) fill it in.',
      'ci.config.ts:11:20 `publish.wrong.kind` is "image"; expected "images", "npm", "maven", "githubRelease" or "deploy". Did you mean "images"?',
      "ci.config.ts:12:51 `user` is no setting of `publish.hub.to`. Did you mean `username`?",
      "ci.config.ts:12:64 `image` is no setting of `publish.hub`. Did you mean `images`?",
      'ci.config.ts:13:47 `publish.npm.registry` is "npm.example.com"; expected an address such as https://npm.pkg.github.com.',
      'ci.config.ts:13:71 `publish.npm.on[0]` is "tag"; expected "main", "integration", "nightly" or "release".',
      "ci.config.ts:14:53 `publish.live.canary.verify` is missing; expected a text or a list. It is commands that must succeed before the rest follows.",
      'ci.config.ts:14:82 `publish.live.health.url` is "example.com"; expected an address such as http://localhost:8080/health.',
      'ci.config.ts:16:46 `registry.auth.kind` is missing; expected "fly", "aws" or "google".',
      "ci.config.ts:18:53 `heathy` is no setting of `consumers.e2e.deployment`. Did you mean `healthy`?",
      'ci.config.ts:18:91 `consumers.e2e.failure` is "hard"; expected "fast", "slow" or "soft".',
      'ci.config.ts:18:107 `consumers.e2e.budget.maximum` is missing; expected a duration such as minutes(15) or "15m". It is how long it may take at most.',
      "ci.config.ts:18:171 `consumers.e2e.coverage.minimum` is 101; expected at most 100.",
      "ci.config.ts:20:20 `path` is no setting of `caches.npm`. Did you mean `paths`?",
      'ci.config.ts:21:20 `version.base` is "1"; expected the first two numbers of a version, such as "1.0".',
      "ci.config.ts:22:53 `runs` is no setting of `pipelines.api.consumers.unit`. Did you mean `run`?",
      "ci.config.ts:22:68 `check` is no setting of `pipelines.api`. It is a setting of the config.",
    ]);
  });

  test.each([
    ["a minute that no clock shows", { nightly: { schedule: "61 2 * * *" } }],
    ["a word that is no day", { nightly: { schedule: "0 2 * * XYZ" } }],
    ["a secret that GitHub does not let anybody name", { notify: { webhook: "GITHUB_HOOK" } }],
    ["a host that Docker reads as an account", { registry: { host: "registry" } }],
    ["a host that is none", { registry: { host: "-x.." } }],
    ["a key that makes no image name", { builds: { "app-": { kind: "image" } } }],
  ])("%s", (_name, change) => {
    expect(configSchema.safeParse({ project: "p", builds: {}, ...change }).error?.issues).toHaveLength(1);
  });

  test.each(["*/15 0-6/2 1,15 JAN-MAR mon-FRI", "0 3 * * 0", "59 23 31 12 6"])(
    "the schedule %s is none",
    (schedule) => {
      expect(configSchema.safeParse({ project: "p", builds: {}, nightly: { schedule } }).success).toBe(true);
    },
  );

  test.each([
    "ghcr.io",
    "localhost:5000",
    "registry:5000",
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
    "a--b.example.com:443",
  ])("the host %s is none", (host) => {
    expect(configSchema.safeParse({ project: "p", builds: {}, registry: { host } }).success).toBe(true);
  });

  test("something else altogether", async () => {
    expect(await mistakes("export default [];\n")).toEqual([
      "ci.config.ts:1:16 The config is an empty list; expected an object.",
    ]);
    expect(await mistakes('export default "x";\n')).toEqual([
      'ci.config.ts:1:16 The config is "x"; expected an object.',
    ]);
    expect(
      await mistakes("export default { project: 'p', builds: [], nightly: 'yes', consumers: { a: 1 } };\n"),
    ).toEqual([
      "ci.config.ts:1:40 `builds` is an empty list; expected an object.",
      'ci.config.ts:1:53 `nightly` is "yes"; expected false or an object.',
      "ci.config.ts:1:76 `consumers.a` is 1; expected an object.",
    ]);
  });

  test("names of files and addresses", async () => {
    const found = await mistakes(
      "export default { project: 'p', builds: {}, files: { prefix: 'a/', names: { build: '../x', bild: 'y' } }, consumers: { a: { needs: 'b', container: { health: { url: 'localhost:80' } } } } };\n",
    );
    expect(found).toEqual([
      'ci.config.ts:1:61 `files.prefix` is "a/"; expected letters, digits, `.`, `_` and `-`.',
      'ci.config.ts:1:83 `files.names.build` is "../x"; expected a file name of letters, digits, `.`, `_` and `-`.',
      "ci.config.ts:1:91 `bild` is no setting of `files.names`. Did you mean `build`?",
      'ci.config.ts:1:164 `consumers.a.container.health.url` is "localhost:80"; expected an address such as http://localhost:8080/health.',
    ]);
  });

  test("a text that is no duration, number or platform", async () => {
    const found = await mistakes(
      "export default { project: 'p', builds: { a: { kind: 'image', platforms: { default: [], man: ['linux/amd64'] }, timeout: NaN } } };\n",
    );
    expect(found).toEqual([
      "ci.config.ts:1:84 `builds.a.platforms.default` is empty; expected at least one entry.",
      "ci.config.ts:1:88 `man` is no setting of `builds.a.platforms`. Did you mean `main`?",
      expect.stringMatching(/^ci\.config\.ts:1:121 `builds\.a\.timeout` is NaN; expected a duration/),
    ]);
  });
});

describe("the place is found", () => {
  const at = async (text: string): Promise<string[]> =>
    (await mistakes(text)).map((line) => line.split(" ")[0]?.replace("ci.config.ts:", "") ?? "");

  test("behind constants, shorthands, `as const` and `satisfies`", async () => {
    const text = `import { defineConfig, image } from "pipewright";
const timeout = 5 as never;
const app = image({ timeout });
const builds = { app } satisfies object;
const config = ({ project: "p", builds } as const);
export default defineConfig(config);
`;
    expect(await at(text)).toEqual(["2:17"]);
  });

  test("behind spreads, of which the last one wins", async () => {
    const text = `const base = { timeout: "x", freshness: 1 };
const strict = { freshness: "no" };
const list = ["linux/amd64"] as const;
const rest = ["bad"];
export default {
  project: "p",
  ...base && { pullRequests: "a" },
  ...{ mergeQueue: "b" },
  ...strict,
  builds: { app: { kind: "image", ...base, platforms: [...list, ...rest, "worse"], freshness: undefined } },
};
`;
    expect(await at(text)).toEqual(["1:25", "2:29", "4:15", "7:30", "8:20", "10:74", "10:84"]);
  });

  test("behind functions and members of the same file", async () => {
    const text = `const limits = { short: "15" };
const shard = (timeout: string) => ({ needs: "app", timeout, wrong: true });
function whole() {
  return { needs: "app", timeout: limits.short };
}
export default { project: "p", builds: { app: { kind: "image" } }, consumers: { a: shard("15"), b: whole(), c: { needs: "app", timeout: limits["short"] } } };
`;
    expect(await at(text)).toEqual(["1:25", "1:25", "2:53", "2:62"]);
  });

  test("of the first argument of a registry's builder", async () => {
    const text =
      'import { ghcr, registry } from "pipewright";\nexport default { project: "p", registry: ghcr("not an owner"), copies: [registry("bad host", { username: "A", password: "B" })], builds: {} };\n';
    expect(await at(text)).toEqual(["2:47", "2:82"]);
  });

  test("as near as the file goes, for what is made elsewhere or by a program", async () => {
    const text = `import { readFileSync } from "node:fs";
const made = Object.fromEntries(["a", "b"].map((name) => [name, { needs: "app", timeout: name }]));
export default {
  project: readFileSync(new URL("ci.config.ts", import.meta.url), "utf8"),
  builds: { app: { kind: "image" } },
  consumers: made,
};
`;
    expect(await at(text)).toEqual(["2:14", "2:14", "4:12"]);
  });

  test("of computed and quoted names, and in a file with CRLF and a byte order mark", async () => {
    const text =
      '\uFEFFconst name = "app";\r\nexport default {\r\n  project: "p",\r\n  builds: {\r\n    [name]: { "kind": "image", \'timeout\': 1 },\r\n  },\r\n};\r\n';
    expect(await at(text)).toEqual(["5:43"]);
  });

  test("of a config exported by name, in plain JavaScript and as CommonJS", async () => {
    expect(await at("const config = { project: 1, builds: {} };\nexport { config as default };\n")).toEqual(["1:27"]);
    expect(await mistakes("module.exports = { project: 1, builds: {} };\n", "ci.config.js")).toEqual([
      expect.stringMatching(/^ci\.config\.js:1:29 /),
    ]);
    expect(await mistakes("export default { project: 1, builds: {} };\n", "ci.config.mjs")).toEqual([
      expect.stringMatching(/^ci\.config\.mjs:1:27 /),
    ]);
    expect(await mistakes("export default { project: 1 as any, builds: {} };\n", "ci.config.mts")).toEqual([
      expect.stringMatching(/^ci\.config\.mts:1:27 /),
    ]);
  });
});
