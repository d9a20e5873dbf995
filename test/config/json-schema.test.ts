import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { configJsonSchema } from "../../src/config/json-schema.ts";
import { configSchema } from "../../src/config/schema.ts";
import { runs } from "../support/property-runs.ts";

const schema: object = JSON.parse(configJsonSchema());
const validate = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: false }).compile(schema);

test("the committed schema is fresh: run `pipewright schema > schemas/config.schema.json`", () => {
  expect(readFileSync(new URL("../../schemas/config.schema.json", import.meta.url), "utf8")).toBe(configJsonSchema());
});

test("the schema says what it is, and describes its settings", () => {
  expect(schema).toMatchObject({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "urn:pipewright:schema:config",
    title: "Pipewright config",
    required: ["project"],
    additionalProperties: false,
    properties: {
      freshness: { title: "Freshness", enum: ["fail", "warn"], default: "fail", description: expect.any(String) },
    },
  });
});

const VALID = {
  project: "p",
  registry: { host: "ghcr.io", namespace: "o" },
  copies: [{ host: "docker.io", username: "U", password: "P", of: ["main"] }],
  branches: { main: "main", integration: ["next"], feature: ["feature/**"] },
  channels: { main: "latest", nightly: false },
  tags: { shaLength: 12 },
  builds: {
    app: {
      kind: "image",
      timeout: "20m",
      platforms: { default: ["linux/amd64"], main: ["linux/arm64"] },
      cache: false,
      scan: { severities: ["HIGH"] },
    },
    pkg: { kind: "files", run: ["npm pack"], paths: ["*.tgz"] },
  },
  consumers: {
    unit: { needs: "app", run: "npm test", matrix: { node: [20, "22"] }, secrets: ["TOKEN"] },
    e2e: {
      needs: ["app", "pkg"],
      steps: [
        { name: "a", run: "b" },
        { name: "c", uses: "actions/cache", with: { path: "x" } },
      ],
      container: { ports: [8080, "80:80"], health: { url: "http://localhost:8080/health" } },
      artifacts: [{ name: "logs", path: ["a"], keep: "3d" }],
      secrets: { names: ["A"], grant: "always" },
    },
  },
  retention: { pullRequest: "12h" },
  nightly: { schedule: "0 2 * * *" },
  release: {},
  metrics: { thresholds: { buildMinutes: 10 } },
  check: false,
  notify: { webhook: "HOOK" },
  files: { prefix: "ci-", names: { build: "docker" } },
  actions: { "actions/checkout": { version: "v7", sha: "0".repeat(40) } },
};

/** The newer parts of the surface: tests in the same run, publications, and a second pipeline. */
const ALSO_VALID = {
  project: "p",
  topology: "workflow_call",
  registry: { host: "registry.fly.io", repository: "app", auth: { kind: "fly", token: "FLY" } },
  mirrors: [{ host: "mirror.example.com", namespace: "o", username: "U", password: "P" }],
  version: { base: "1.0" },
  builds: {
    all: {
      kind: "bake",
      file: "docker-bake.hcl",
      targets: {
        web: { args: { A: 1 }, on: ["main"], scan: false, maxSize: "50MB" },
        api: { target: "server", scan: { block: false } },
      },
      labels: { "com.example.run": "{run}" },
      cache: "registry-per-branch",
      budget: { target: "5m", maximum: "10m" },
    },
    dist: {
      kind: "files",
      run: "make",
      prepare: "make deps",
      caches: ["go"],
      paths: ["dist/**"],
      inputs: ["src/**"],
      maxSizes: { "dist/*.gz": "1.5 GB" },
      attest: true,
      keep: "1d",
    },
  },
  bases: { node: { dockerfile: "base/Dockerfile", pins: ["Dockerfile"], schedule: "0 3 * * 1", token: "BOT" } },
  consumers: {
    unit: {
      run: "x",
      after: [],
      failure: "fast",
      caches: ["go"],
      coverage: { file: "c.out", format: "go", minimum: 80, packages: { "./api/...": 90.5 } },
      results: { junit: ["*.xml"], flakeBudget: 1 },
      diagnostics: { paths: ["logs"] },
      environment: { name: "test", when: "major" },
    },
    e2e: {
      needs: ["web"],
      after: ["unit"],
      run: "x",
      deployment: {
        tools: [{ uses: "actions/setup-node", with: { node: 24 } }],
        secrets: { TOKEN: "T" },
        deploy: "x",
        healthy: ["x"],
        destroy: "x",
        attempts: 2,
        delay: "5s",
      },
      fallback: "build",
      choose: ["os"],
      matrix: { os: ["a"] },
      artifacts: [{ name: "a", path: "x", keep: { success: "1d", failure: "7d" } }],
    },
  },
  publish: {
    hub: {
      kind: "images",
      to: { host: "docker.io", username: "U", password: "P" },
      images: ["web"],
      names: { web: "shop" },
      tags: ["{version}"],
      sign: true,
    },
    npm: {
      kind: "npm",
      from: "dist",
      registry: "https://npm.pkg.github.com",
      token: "T",
      after: ["hub"],
      environment: "npm",
    },
    maven: { kind: "maven", from: "dist", username: "U", password: "P", signingKey: "K" },
    release: { kind: "githubRelease", files: ["dist"], sboms: ["web"], notes: "none", on: ["release"] },
    live: {
      kind: "deploy",
      images: "web",
      run: "x",
      canary: { run: "x", verify: "y" },
      health: { url: "https://example.com/health" },
      on: ["main", "release"],
    },
  },
  publishing: false,
  caches: {
    go: { paths: ["~/go"], files: ["go.sum"], perCommit: true, fill: "go mod download", setup: { go: "1.25" } },
  },
  warmUp: { schedule: "0 2 * * *", maxGigabytes: 8.5 },
  retry: { attempts: 3, delay: "2s", growth: "linear", jitter: 0 },
  failedTests: "withdraw",
  retention: { caches: { keepNewest: 1 }, afterRun: { preserve: "[keep]" } },
  flakes: { runs: 20, budget: 0.5 },
  programs: "checkout",
  gates: "each",
  files: { fold: false },
  pipelines: {
    api: {
      builds: { api: { kind: "image" } },
      consumers: { smoke: { needs: "api", run: "x" } },
      registry: { host: "ghcr.io" },
    },
    empty: {},
  },
};

/** Every path through a value, its own root left out. */
function pathsOf(value: unknown, above: readonly (string | number)[] = []): (string | number)[][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const path = [...above, Array.isArray(value) ? Number(key) : key];
    return [path, ...pathsOf(member, path)];
  });
}

function replaced(value: unknown, [part, ...rest]: readonly (string | number)[], by: unknown): unknown {
  if (part === undefined) return by;
  if (Array.isArray(value))
    return value.map((element, index) => (index === part ? replaced(element, rest, by) : element));
  const members = Object.entries(Object(value)).flatMap(([key, member]) => {
    if (key !== String(part)) return [[key, member]];
    return rest.length === 0 && by === undefined ? [] : [[key, replaced(member, rest, by)]];
  });
  return Object.fromEntries(members);
}

describe("the JSON Schema and the loader agree", () => {
  const agree = (value: unknown): boolean => validate(value) === configSchema.safeParse(value).success;

  test.each([VALID, ALSO_VALID])("a full config is valid for both", (valid) => {
    expect(validate(valid), JSON.stringify(validate.errors)).toBe(true);
    expect(configSchema.safeParse(valid).error).toBeUndefined();
  });

  test.each([VALID, ALSO_VALID])("wherever one value is replaced by another, or taken away", (valid) => {
    const strange = fc.oneof(
      fc.constantFrom<unknown>(
        undefined,
        null,
        true,
        false,
        0,
        -1,
        7,
        41,
        1.5,
        "",
        "x",
        "15m",
        "0d",
        "50MB",
        "1.0",
        "https://example.com",
        "linux/amd64",
        "A B",
        "a/b",
        "*",
        [],
        {},
        ["x"],
        [1],
        { kind: "image" },
        { kind: "bake" },
        { kind: "other" },
        { default: [] },
      ),
      fc.string(),
      fc.integer(),
      fc.dictionary(fc.string(), fc.string(), { maxKeys: 2 }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...pathsOf(valid)), strange, (path, by) => {
        const value = replaced(valid, path, by);
        expect(agree(value), `${path.join(".")} = ${JSON.stringify(by)}: ${JSON.stringify(validate.errors)}`).toBe(
          true,
        );
      }),
      { numRuns: runs(3000) },
    );
  });

  test.each([VALID, ALSO_VALID])("wherever a setting is added that nobody knows", (valid) => {
    const objects = [[], ...pathsOf(valid)].filter((path) => {
      const value = path.reduce<unknown>((inside, part) => Object(inside)[part], valid);
      return typeof value === "object" && value !== null && !Array.isArray(value);
    });
    for (const path of objects) {
      const value = path.reduce<unknown>((inside, part) => Object(inside)[part], valid);
      expect(agree(replaced(valid, path, { ...Object(value), zzz: 1 })), path.join(".")).toBe(true);
    }
  });
});
