import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { configJsonSchema } from "../../src/config/json-schema.ts";
import { configSchema } from "../../src/config/schema.ts";

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
    required: ["project", "builds"],
    additionalProperties: false,
    properties: { freshness: { title: "Freshness", enum: ["fail", "warn"], default: "fail", description: expect.any(String) } },
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
    app: { kind: "image", timeout: "20m", platforms: { default: ["linux/amd64"], main: ["linux/arm64"] }, cache: false, scan: { severities: ["HIGH"] } },
    pkg: { kind: "files", run: ["npm pack"], paths: ["*.tgz"] },
  },
  consumers: {
    unit: { needs: "app", run: "npm test", matrix: { node: [20, "22"] }, secrets: ["TOKEN"] },
    e2e: {
      needs: ["app", "pkg"],
      steps: [{ name: "a", run: "b" }, { name: "c", uses: "actions/cache", with: { path: "x" } }],
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
  if (Array.isArray(value)) return value.map((element, index) => (index === part ? replaced(element, rest, by) : element));
  const members = Object.entries(Object(value)).flatMap(([key, member]) => {
    if (key !== String(part)) return [[key, member]];
    return rest.length === 0 && by === undefined ? [] : [[key, replaced(member, rest, by)]];
  });
  return Object.fromEntries(members);
}

describe("the JSON Schema and the loader agree", () => {
  const agree = (value: unknown): boolean => validate(value) === configSchema.safeParse(value).success;

  test("a full config is valid for both", () => {
    expect(validate(VALID), JSON.stringify(validate.errors)).toBe(true);
    expect(configSchema.safeParse(VALID).success).toBe(true);
  });

  test("wherever one value is replaced by another, or taken away", () => {
    const strange = fc.oneof(
      fc.constantFrom<unknown>(undefined, null, true, false, 0, -1, 7, 41, 1.5, "", "x", "15m", "0d", "linux/amd64", "A B", "a/b", "*", [], {}, ["x"], [1], { kind: "image" }, { kind: "other" }, { default: [] }),
      fc.string(),
      fc.integer(),
      fc.dictionary(fc.string(), fc.string(), { maxKeys: 2 }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...pathsOf(VALID)), strange, (path, by) => {
        const value = replaced(VALID, path, by);
        expect(agree(value), `${path.join(".")} = ${JSON.stringify(by)}: ${JSON.stringify(validate.errors)}`).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  test("wherever a setting is added that nobody knows", () => {
    const objects = [[], ...pathsOf(VALID)].filter((path) => {
      const value = path.reduce<unknown>((inside, part) => Object(inside)[part], VALID);
      return typeof value === "object" && value !== null && !Array.isArray(value);
    });
    for (const path of objects) {
      const value = path.reduce<unknown>((inside, part) => Object(inside)[part], VALID);
      expect(agree(replaced(VALID, path, { ...Object(value), zzz: 1 })), path.join(".")).toBe(true);
    }
  });
});
