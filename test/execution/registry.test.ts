import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addTag, digestOf, pushImage, pushIndex } from "../support/images.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import { missing } from "../support/tools.ts";

describe.skipIf(missing("docker-registry", "skopeo"))("the registry that tests run against", () => {
  let registry: Registry;
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(async () => {
    await registry.stop();
  });

  test("holds images that real tools can read", async () => {
    const amd64 = await pushImage(registry, "o/app", { layers: ["base", "amd64"], labels: { a: "b" } });
    const arm64 = await pushImage(registry, "o/app", { platform: "linux/arm64/v8", layers: ["base", "arm64"] });
    const index = await pushIndex(registry, "o/app", { tag: "both", manifests: [amd64, arm64] });
    const { stdout } = await promisify(execFile)("skopeo", [
      "inspect",
      "--tls-verify=false",
      `docker://${registry.host}/o/app:both`,
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ Digest: index.digest, Labels: { a: "b" } });
    await addTag(registry, "o/app", "both", "again");
    expect(await digestOf(registry, "o/app", "again")).toBe(index.digest);
    expect(await digestOf(registry, "o/app", "never")).toBeUndefined();
  });

  test("deletes by digest, fails as told, and comes back", async () => {
    const { digest } = await pushImage(registry, "o/gone", { tag: "one" });
    const address = `http://${registry.host}/v2/o/gone/manifests/${digest}`;
    registry.fault({ kind: "status", status: 503, times: 1, method: "DELETE" });
    expect((await fetch(address, { method: "DELETE" })).status).toBe(503);
    registry.fault({ kind: "refuse" });
    await expect(fetch(address)).rejects.toThrow();
    registry.clearFaults();
    await registry.down();
    await expect(fetch(address)).rejects.toThrow();
    await registry.up();
    expect((await fetch(address, { method: "DELETE" })).status).toBe(202);
    expect(await digestOf(registry, "o/gone", "one")).toBeUndefined();
  });
});
