/** Limits of files, with real files, and of images, with a real registry. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type ImageContent, type PushedImage, pushImage, pushIndex } from "../support/images.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import { partOf, type PlannedPart } from "../support/program-folder.ts";
import { type ProgramResult, HOSTILE, type Machine, startMachine } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

let machine: Machine;
beforeAll(() => {
  machine = startMachine();
});
afterAll(() => machine.stop());

describe("files", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pipewright-sizes-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function file(name: string, bytes: number): void {
    const path = join(folder, name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, "");
    truncateSync(path, bytes);
  }
  type Limits = readonly { glob: string; bytes: number }[];
  const planned = (limits: Limits): PlannedPart => ({
    builds: { binaries: { kind: "files", artifact: "files-binaries", inputs: null, maxSizes: [...limits] } },
    consumers: {},
  });
  const check = (limits: Limits): Promise<ProgramResult> =>
    machine.run("check-sizes", { BUILD: "binaries" }, { cwd: folder, plan: planned(limits) });

  test("at their limit pass, one byte over it fails", async () => {
    file("bin/app-linux-amd64", 100_000_000);
    file("bin/app-linux-arm64", 99_999_999);
    const result = await check([{ glob: "bin/app-*", bytes: 100_000_000 }]);
    expect(result).toMatchObject({ code: 0, outputs: { "largest-bytes": "100000000" } });
    expect(result.summary).toContain("| ✅ `bin/app-linux-amd64` | 100.00 MB | 100.00 MB |");
    file("bin/app-linux-arm64", 100_000_001);
    const over = await check([{ glob: "bin/app-*", bytes: 100_000_000 }]);
    expect(over.code).toBe(1);
    expect(over.log).toContain("bin/app-linux-arm64 has 100000001 bytes; 100000000 are allowed.");
    expect(over.log).not.toContain("app-linux-amd64 has");
  });

  test("are found in folders, with spaces in their names, behind links; folders are none", async () => {
    file("a/b/c d.js", 10);
    file("x.js", 10);
    file("target", 20);
    symlinkSync(join(folder, "target"), join(folder, "a/link.js"));
    expect((await check([{ glob: "**/*.js", bytes: 20 }])).log).toContain("a/b/c d.js: 10 bytes");
    expect((await check([{ glob: "**/*.js", bytes: 19 }])).log).toContain("a/link.js has 20 bytes");
    expect((await check([{ glob: "a/*", bytes: 5 }])).log).not.toContain("a/b has");
  });

  test("that are not there fail, all problems at once", async () => {
    file("one", 10);
    mkdirSync(join(folder, "folder"));
    const result = await check([
      { glob: "gone/*", bytes: 5 },
      { glob: "one", bytes: 5 },
      { glob: "folder", bytes: 5 },
    ]);
    expect(result.code).toBe(1);
    for (const problem of ["gone/* matches no file.", "one has 10 bytes; 5 are allowed.", "folder matches no file."])
      expect(result.log).toContain(problem);
  });

  test.each([
    [{ glob: "a" }],
    [{ glob: "", bytes: 1 }],
    [{ glob: "a", bytes: "1" }],
    [{ glob: "a", bytes: 1.5 }],
    [{ glob: "a", bytes: -1 }],
    [{ glob: "a\nb", bytes: 1 }],
  ])("need limits that are some: %j", (limit) => {
    expect(() => partOf(planned([limit as Limits[number]]))).toThrow("maxSizes");
  });

  test.each(HOSTILE)("keep their names: %j", async (name) => {
    const path = name.replaceAll("/", "_");
    file(path, 10);
    const result = await check([{ glob: "*", bytes: 5 }]);
    expect(result.code).toBe(1);
    expect(result.log).toContain("has 10 bytes; 5 are allowed.");
    expect((await check([{ glob: path.replace(/[\n\r\\]/g, "x"), bytes: 50 }])).log).not.toContain("executed:");
    expect((await check([{ glob: "executed", bytes: 5 }])).log).toContain("executed matches no file");
  });
});

describe.skipIf(missing("docker-registry"))("images", () => {
  let registry: Registry;
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry.stop());
  afterEach(() => registry.clearFaults());

  const push = (content: ImageContent): Promise<PushedImage> => pushImage(registry, "kyklos", content);
  const bytes = (image: PushedImage): number => image.blobs.reduce((sum, { size }) => sum + size, 0);
  const check = (digest: string, most: number | string): Promise<ProgramResult> =>
    machine.run("check-image-size", { IMAGE: `${registry.host}/kyklos`, DIGEST: digest, MAX_BYTES: most });

  test("are as large as their configuration and layers", async () => {
    const image = await push({ layers: ["one", "two".repeat(500)] });
    expect(await check(image.digest, bytes(image))).toMatchObject({
      code: 0,
      outputs: { "largest-bytes": String(bytes(image)) },
    });
    const over = await check(image.digest, bytes(image) - 1);
    expect(over.code).toBe(1);
    expect(over.log).toContain(`image has ${bytes(image)} bytes; ${bytes(image) - 1} are allowed.`);
  });

  test("are judged for each platform, without attestations", async () => {
    const small = await push({ layers: ["small"] });
    const large = await push({
      platform: "linux/arm64",
      layers: ["large", ...Array.from({ length: 5 }, (_, index) => `layer ${index}`)],
    });
    const attestation = await push({ layers: Array.from({ length: 40 }, (_, index) => `statement ${index}`) });
    const { digest } = await pushIndex(registry, "kyklos", {
      manifests: [small, large, { descriptor: attestation.descriptor }],
    });
    expect(await check(digest, bytes(large))).toMatchObject({
      code: 0,
      outputs: { "largest-bytes": String(bytes(large)) },
    });
    const over = await check(digest, bytes(large) - 1);
    expect(over.code).toBe(1);
    expect(over.log).toContain("linux/arm64 has");
    expect(over.log).not.toContain("linux/amd64 has");
    expect(over.summary).toMatch(/✅ `linux\/amd64`.*\n\| ❌ `linux\/arm64`/);
  });

  test("that are gone, or a registry in trouble, are told apart", async () => {
    const image = await push({ layers: ["x"] });
    registry.fault({ kind: "status", status: 503, path: /manifests/, times: 1 });
    expect((await check(image.digest, 1e9)).code).toBe(0);
    registry.fault({ kind: "status", status: 503, path: /manifests/ });
    expect((await check(image.digest, 1e9)).log).toContain("The registry cannot be asked for the image's size.");
    registry.clearFaults();
    expect((await check(`sha256:${"0".repeat(64)}`, 1e9)).log).toContain(
      "The registry has no such image. Re-run the build.",
    );
  });

  test("that list no sizes or no image are refused", async () => {
    const { digest } = await pushIndex(registry, "kyklos", { manifests: [] });
    expect((await check(digest, 1e9)).log).toContain("The index lists no image.");
    const image = await push({ layers: ["x"] });
    const nested = await pushIndex(registry, "kyklos", {
      manifests: [
        {
          descriptor: (await pushIndex(registry, "kyklos", { manifests: [image] })).descriptor,
          platform: "linux/amd64",
        },
      ],
    });
    expect((await check(nested.digest, 1e9)).log).toContain("The manifest of linux/amd64 tells no sizes.");
    for (const value of HOSTILE) {
      expect((await check(value, 1)).log).toContain("DIGEST is no digest.");
      expect((await check(image.digest, value)).log).toContain("MAX_BYTES is no number of bytes.");
    }
  });
});
