/** What must hold of places where images under test are deployed, and of what manual runs can pick. */
import { describe, expect, test } from "vitest";
import type { ConfigInput, ConsumerInput } from "../../src/config/schema.ts";
import { flyApp, ghcr, image } from "../../src/index.ts";
import { planOf } from "../support/plan-of.ts";

const place = { deploy: "./deploy.sh", healthy: "true", destroy: "true" };
const config = (consumer: Partial<ConsumerInput>): ConfigInput => ({
  project: "shop",
  registry: ghcr("acme"),
  builds: { app: image({}) },
  consumers: { test: { needs: "app", run: "make test", ...consumer } },
});
const problems = (consumer: Partial<ConsumerInput>): string[] =>
  planOf(config(consumer)).problems.map(({ path, message }) => `${path.join(".")}: ${message}`);
const planned = (consumer: Partial<ConsumerInput>) => planOf(config(consumer)).pipeline.consumers[0];

describe("a deployment", () => {
  test("is planned with a name of its own, its commands as lists, and times in seconds", () => {
    expect(planned({ deployment: place })?.deployment).toMatchObject({
      name: "shop-test",
      deploy: ["./deploy.sh"],
      create: [],
      attempts: 3,
      delaySeconds: 30,
      timeoutSeconds: 300,
    });
    expect(
      planned({ deployment: { ...flyApp({ token: "FLY", org: "acme", region: "ams" }), name: "own" } })?.deployment
        ?.name,
    ).toBe("own");
  });

  test("is out of reach for forks, which have no secrets", () => {
    expect(planned({})?.forks).toBe(true);
    expect(planned({ deployment: place })?.forks).toBe(false);
  });

  test("deploys something", () => {
    expect(problems({ needs: [], deployment: place })).toEqual([
      'consumers.test.deployment: The consumer "test" deploys an image but needs none.',
    ]);
    expect(problems({ deployment: place })).toEqual([]);
  });

  test("of a consumer that builds for itself knows how", () => {
    expect(problems({ source: "build", deployment: place })).toEqual([
      'consumers.test.deployment: The consumer "test" builds for itself, and its deployment has no commands for that.',
    ]);
    expect(problems({ source: "build", deployment: { ...place, fromSource: "./deploy.sh" } })).toEqual([]);
  });

  test("leaves alone what the pipeline tells its commands", () => {
    expect(problems({ deployment: { ...place, env: { APP: "mine" } } })).toEqual([
      expect.stringContaining("consumers.test.deployment.env.APP: APP is what the commands learn"),
    ]);
    expect(problems({ deployment: { ...place, secrets: { COMMANDS: "TOKEN" } } })).toEqual([
      expect.stringContaining("consumers.test.deployment.secrets.COMMANDS"),
    ]);
  });

  test("has no expression in its commands", () => {
    expect(problems({ deployment: { ...place, healthy: "curl ${{ github.head_ref }}" } })).toEqual([
      expect.stringContaining("consumers.test.deployment.healthy: This script holds"),
    ]);
  });
});

describe("what a manual run picks", () => {
  test("is a key of the matrix", () => {
    expect(problems({ matrix: { extension: ["a"] }, choose: ["extention"] })).toEqual([
      expect.stringContaining('is to pick a value of "extention"'),
    ]);
    expect(problems({ matrix: { extension: ["a"] }, choose: ["extension"] })).toEqual([]);
  });

  test("needs a manual run, and a name that no other input has", () => {
    expect(problems({ matrix: { extension: ["a"] }, choose: ["extension"], dispatch: false })).toEqual([
      expect.stringContaining("has no manual run"),
    ]);
    expect(problems({ matrix: { tag: ["a"] }, choose: ["tag"] })).toEqual([
      expect.stringContaining('"tag" is an input'),
    ]);
  });
});
