/** Tags of a commit that failed are taken back, from GitHub's packages and from a registry that speaks OCI alone. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { packageVersion } from "../support/github-api/packages.ts";
import { type GithubApi, startGithubApi } from "../support/github-api/server.ts";
import type { Package } from "../support/github-api/state.ts";
import { addTag, digestOf, pushImage, pushIndex } from "../support/images.ts";
import { type ProgramResult, runNodeProgram } from "../support/node-program.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import { type Expiring, expiringPlan } from "../support/retention.ts";
import { missing } from "../support/tools.ts";

const LOGIN = { username: "ci", password: "secret" };
const SOME_DAY = new Date("2026-06-01T00:00:00Z");

interface Wanted {
  readonly tag: string;
  readonly digest: string;
}

describe.skipIf(missing("docker-registry"))("withdraw-tags.mjs", () => {
  let registry: Registry;
  let count = 0;
  let repository = "";
  beforeAll(async () => {
    registry = await startRegistry({ login: { scheme: "bearer", ...LOGIN } });
  });
  afterAll(() => registry.stop());
  beforeEach(() => {
    count += 1;
    repository = `acme/app-${count}`;
  });
  afterEach(() => registry.clearFaults());

  /** Takes one tag after the other back: a commit has one. */
  async function run(
    mode: NonNullable<Expiring["mode"]>,
    images: readonly Wanted[],
    environment: Record<string, string> = {},
  ): Promise<ProgramResult> {
    const results: ProgramResult[] = [];
    for (const { tag, digest } of images)
      results.push(
        await runNodeProgram(
          "withdraw-tags",
          { GH_TOKEN: "token", TAG: tag, DIGESTS: `app=${digest}\n`, ...environment },
          {
            plan: expiringPlan(`${registry.host}/${repository}`, {
              mode,
              ownerKind: "organization",
              released: ["latest", "v\\d.*"],
            }),
            env: {
              REGISTRY_API_URL: `http://${registry.host}`,
              REGISTRY_USERNAME: LOGIN.username,
              REGISTRY_PASSWORD: LOGIN.password,
            },
          },
        ),
      );
    const sum = (name: string): string =>
      String(results.reduce((total, { outputs }) => total + Number(outputs[name]), 0));
    return {
      code: Math.max(...results.map(({ code }) => code ?? 1)),
      log: results.map(({ log }) => log).join("\n"),
      outputs: { withdrawn: sum("withdrawn"), kept: sum("kept"), failed: sum("failed") },
      summary: results.map(({ summary }) => summary).join("\n"),
    };
  }
  const there = async (...references: string[]): Promise<string[]> =>
    (
      await Promise.all(references.map(async (one) => ((await digestOf(registry, repository, one)) ? [one] : [])))
    ).flat();

  describe("of a registry that speaks OCI", () => {
    test("deletes an image that has no other tag, with what only it refers to", async () => {
      const shared = await pushImage(registry, repository, { layers: ["shared"] });
      const own = await pushImage(registry, repository, { layers: ["own"] });
      const { digest } = await pushIndex(registry, repository, { tag: "sha-1111111", manifests: [shared, own] });
      await pushIndex(registry, repository, { tag: "sha-2222222", manifests: [shared] });
      const result = await run("oci", [{ tag: "sha-1111111", digest }]);
      expect(result).toMatchObject({ code: 0, outputs: { withdrawn: "1", kept: "0", failed: "0" } });
      expect(await there("sha-1111111", digest, own.digest, "sha-2222222", shared.digest)).toEqual([
        "sha-2222222",
        shared.digest,
      ]);
    });

    test("takes a tag from an image that others use, which keeps its digest and its other tags", async () => {
      const { digest } = await pushImage(registry, repository, { tag: "sha-1111111", layers: ["reused"] });
      await addTag(registry, repository, "sha-1111111", "sha-0000000");
      const result = await run("oci", [{ tag: "sha-1111111", digest }]);
      expect(result).toMatchObject({ code: 0, outputs: { withdrawn: "1" } });
      expect(await there("sha-1111111", "sha-0000000", digest)).toEqual(["sha-0000000", digest]);
      expect(await digestOf(registry, repository, "sha-0000000")).toBe(digest);
    });

    test("takes a tag from a platform that a kept image refers to", async () => {
      const amd64 = await pushImage(registry, repository, { tag: "stage-1111111-amd64", layers: ["amd64"] });
      await pushIndex(registry, repository, { tag: "v1.0.0", manifests: [amd64] });
      await run("oci", [{ tag: "stage-1111111-amd64", digest: amd64.digest }]);
      expect(await there("stage-1111111-amd64", "v1.0.0", amd64.digest)).toEqual(["v1.0.0", amd64.digest]);
    });

    test("does nothing the second time", async () => {
      const { digest } = await pushImage(registry, repository, { tag: "sha-1111111", layers: ["twice"] });
      await pushImage(registry, repository, { tag: "latest", layers: ["other"] });
      const images = [{ tag: "sha-1111111", digest }];
      await run("oci", images);
      const again = await run("oci", images);
      expect(again).toMatchObject({ code: 0, outputs: { withdrawn: "1", failed: "0" } });
      expect(again.summary).toContain("it is not there (any more)");
      expect(await there("latest")).toEqual(["latest"]);
    });

    test("touches no tag that has moved to another image, and none that is protected", async () => {
      const { digest } = await pushImage(registry, repository, { tag: "sha-1111111", layers: ["first"] });
      const newer = await pushImage(registry, repository, { tag: "sha-1111111", layers: ["second"] });
      const released = await pushImage(registry, repository, { tag: "v1.0.0", layers: ["released"] });
      const result = await run("oci", [
        { tag: "sha-1111111", digest },
        { tag: "v1.0.0", digest: released.digest },
      ]);
      expect(result).toMatchObject({ code: 0, outputs: { withdrawn: "0", kept: "2" } });
      expect(await there("sha-1111111", newer.digest, "v1.0.0")).toEqual(["sha-1111111", newer.digest, "v1.0.0"]);
    });

    test("leaves an image without content under the tag where the registry deletes nothing", async () => {
      const { digest } = await pushImage(registry, repository, { tag: "sha-1111111", layers: ["stays"] });
      registry.fault({ kind: "status", status: 405, method: "DELETE", body: '{"errors":[{"code":"UNSUPPORTED"}]}' });
      const result = await run("oci", [{ tag: "sha-1111111", digest }]);
      expect(result).toMatchObject({ code: 0, outputs: { withdrawn: "1", failed: "0" } });
      expect(result.summary).toContain("an image without content keeps the tag");
      expect(await digestOf(registry, repository, "sha-1111111")).not.toBe(digest);
      expect(await there(digest)).toEqual([digest]);
    });

    test("deletes nothing where a manifest cannot be read, and takes the tag away all the same", async () => {
      const { digest } = await pushImage(registry, repository, { tag: "sha-1111111", layers: ["mine"] });
      const other = await pushIndex(registry, repository, {
        tag: "latest",
        manifests: [await pushImage(registry, repository, { layers: ["x"] })],
      });
      registry.fault({ kind: "status", status: 503, method: "GET", path: new RegExp(other.digest) });
      const result = await run("oci", [{ tag: "sha-1111111", digest }]);
      expect(result).toMatchObject({ code: 0, outputs: { withdrawn: "1" } });
      expect(await there("sha-1111111", digest, "latest")).toEqual([digest, "latest"]);
    });

    test("says what would happen in a dry run", async () => {
      const { digest } = await pushImage(registry, repository, { tag: "sha-1111111", layers: ["dry"] });
      const result = await run("oci", [{ tag: "sha-1111111", digest }], { DRY_RUN: "true" });
      expect(result).toMatchObject({ code: 0, outputs: { withdrawn: "0", kept: "1" } });
      expect(result.summary).toContain("this is a dry run");
      expect(await there("sha-1111111")).toEqual(["sha-1111111"]);
    });

    test("fails, and says that nobody should use the image, when the registry cannot be reached", async () => {
      registry.fault({ kind: "refuse" });
      const result = await run("oci", [{ tag: "sha-1111111", digest: `sha256:${"1".repeat(64)}` }]);
      expect(result).toMatchObject({ code: 1, outputs: { withdrawn: "0", failed: "1" } });
      expect(result.log).toMatch(/^::error::.*could not be taken back: .*did not answer.*Nobody should use it/m);
    });

    test("prints nothing that the runner obeys", async () => {
      const result = await run("oci", [{ tag: "x\n::set-output name=a::b", digest: "|`<b>`\n::error::c" }]);
      expect(result.log).not.toMatch(/^::(set-output|error::c)/m);
      expect(result.summary).not.toContain("<b>");
    });
  });

  describe("of GitHub's packages", () => {
    let api: GithubApi;
    let item: Package;
    let nextId = 1;
    beforeEach(async () => {
      item = { owner: "acme", name: `app-${count}`, versions: [] };
      api = await startGithubApi({ users: { acme: "Organization" }, packages: [item] });
      // GitHub lists what is pushed: an image without content among it.
      api.state.onRequest = async () => {
        for (const { method, path, status } of registry.requests.slice(seen)) {
          const tag = new RegExp(`^/v2/${repository}/manifests/([a-z0-9.-]+)$`).exec(path)?.[1];
          if (method !== "PUT" || status !== 201 || !tag) continue;
          const digest = await digestOf(registry, repository, tag);
          for (const version of item.versions)
            version.metadata.container.tags = version.metadata.container.tags.filter((other) => other !== tag);
          if (digest && !item.versions.some(({ name }) => name === digest)) list(digest, tag);
        }
        seen = registry.requests.length;
      };
      seen = registry.requests.length;
    });
    let seen = 0;
    afterEach(() => api.stop());

    const list = (digest: string, ...tags: string[]): void =>
      void item.versions.push(packageVersion(nextId++, digest, tags, SOME_DAY));
    const tagsLeft = (): string[] => item.versions.flatMap(({ metadata }) => metadata.container.tags).toSorted();
    async function image(layer: string, ...tags: string[]): Promise<string> {
      const { digest } = await pushImage(registry, repository, { layers: [layer] });
      list(digest, ...tags);
      return digest;
    }
    const withdraw = (...images: Wanted[]): Promise<ProgramResult> =>
      run("packages", images, { GITHUB_API_URL: api.url });

    test("deletes a version whose tags all go, and its signature with it", async () => {
      const digest = await image("failed", "sha-1111111", "stage-1111111-amd64");
      list((await pushImage(registry, repository, { layers: ["signature"] })).digest, `sha256-${digest.slice(7)}.sig`);
      await image("good", "latest");
      const result = await withdraw({ tag: "sha-1111111", digest }, { tag: "stage-1111111-amd64", digest });
      expect(result).toMatchObject({ code: 0, outputs: { withdrawn: "2", failed: "0" } });
      expect(tagsLeft()).toEqual(["latest"]);
    });

    test("moves a tag off a version that others use, and deletes what it was moved to", async () => {
      const digest = await image("reused", "sha-0000000", "sha-1111111");
      const result = await withdraw({ tag: "sha-1111111", digest });
      expect(result).toMatchObject({ code: 0, outputs: { withdrawn: "1", failed: "0" } });
      expect(item.versions.map(({ name }) => name)).toEqual([digest]);
      expect(tagsLeft()).toEqual(["sha-0000000"]);
    });

    test("leaves an image without content where GitHub keeps the last tagged version", async () => {
      const digest = await image("only", "sha-1111111");
      const result = await withdraw({ tag: "sha-1111111", digest });
      expect(result).toMatchObject({ code: 0, outputs: { withdrawn: "1" } });
      expect(result.summary).toContain("last tagged version");
      expect(item.versions.find(({ metadata }) => metadata.container.tags.includes("sha-1111111"))?.name).not.toBe(
        digest,
      );
    });

    test("fails where the token may not delete", async () => {
      const digest = await image("failed", "sha-1111111");
      await image("good", "latest");
      Object.assign(item, { admin: false });
      const result = await withdraw({ tag: "sha-1111111", digest });
      expect(result).toMatchObject({ code: 1, outputs: { failed: "1" } });
      expect(result.log).toContain("the role Admin");
    });
  });
});
