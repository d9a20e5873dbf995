/** Nothing is published onto what is tested, and no two targets write to one place. */
import { describe, expect, it } from "vitest";
import webauthn from "../../examples/webauthn/ci.config.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import { planOf } from "../support/plan-of.ts";

const problemsOf = (change: (config: ConfigInput) => ConfigInput): string[] =>
  planOf(change(webauthn)).problems.map(({ path, message }) => `${path.join(".")}: ${message}`);
const publish = (targets: ConfigInput["publish"]) =>
  problemsOf((config) => ({ ...config, release: {}, publish: targets }));
const login = { username: "DOCKER_USERNAME", password: "DOCKER_PASSWORD" };

describe("where things are published", () => {
  it("is what the example says, without a problem", () => {
    expect(problemsOf((config) => config)).toEqual([]);
  });

  it("is not the image that the pipeline itself builds", () => {
    expect(
      publish({ own: { kind: "images", to: { host: "ghcr.io", namespace: "acme" }, images: "webauthn-server" } }),
    ).toEqual([
      'publish.own.to: "own" would publish ghcr.io/acme/webauthn-server onto the very image that this pipeline builds and cleans up.',
    ]);
    expect(
      publish({
        own: {
          kind: "images",
          to: { host: "ghcr.io", namespace: "acme" },
          images: "webauthn-server",
          names: { "webauthn-server": "server" },
        },
      }),
    ).toEqual([]);
  });

  it.each([
    [
      "images",
      { kind: "images", to: { host: "docker.io", namespace: "acme", ...login }, images: "webauthn-server" },
      "docker.io/acme/webauthn-server:{version}",
    ],
    ["a package", { kind: "npm", from: "client-typescript" }, `the package of "client-typescript" in npm's registry`],
    [
      "artifacts",
      { kind: "maven", from: "client-android", username: "A", password: "B", signingKey: "C" },
      'the artifacts of "client-android" in Maven Central',
    ],
    ["a release", { kind: "githubRelease" }, "the tag's release on GitHub"],
  ] satisfies [string, NonNullable<ConfigInput["publish"]>[string], string][])(
    "is given to one target alone: %s",
    (_what, target, place) => {
      expect(publish({ one: target, two: target })).toContain(
        `publish.two: "two" and "one" both publish ${place} on the same events.`,
      );
    },
  );

  it("may be the same at different events, under other tags, or in another registry", () => {
    const image = {
      kind: "images",
      to: { host: "docker.io", namespace: "acme", ...login },
      images: "webauthn-server",
    } as const;
    expect(publish({ one: image, two: { ...image, on: ["release"] } })).toEqual([]);
    expect(publish({ one: { ...image, tags: ["{version}"] }, two: { ...image, tags: ["{channel}"] } })).toEqual([]);
    expect(
      publish({
        one: { kind: "npm", from: "client-typescript" },
        two: { kind: "npm", from: "client-typescript", registry: "https://npm.example.com", token: "NPM_TOKEN" },
      }),
    ).toEqual([]);
  });

  it("is nowhere with `publishing: false`, so nothing clashes", () => {
    expect(
      problemsOf((config) => ({
        ...config,
        publishing: false,
        publish: { one: { kind: "npm", from: "client-typescript" }, two: { kind: "npm", from: "client-typescript" } },
      })),
    ).toEqual([]);
  });

  it("is never reached by images that the run has deleted: consumers that follow the run from outside are refused", () => {
    const found = problemsOf((config) => ({ ...config, topology: "workflow_run", publish: {} }));
    expect(found).toEqual([
      // Nor can anything be scanned beside tests that are other runs.
      expect.stringContaining("builds.webauthn-server.scan.apart: The scan of"),
      expect.stringContaining("builds.test-credentials.scan.apart: The scan of"),
      expect.stringContaining(
        'retention.afterRun: The run would delete its images when it ends, and "E2E Tests" only starts then: it would find none.',
      ),
    ]);
  });
});
