/** The programs around a place of its own for the image under test: its name, the image that is there, and the wait. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { pushImage } from "../support/images.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import type { PlannedPart } from "../support/program-folder.ts";
import { type ProgramResult, HOSTILE, type Machine, startMachine } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

let machine: Machine;
let folder: string;
beforeEach(() => {
  machine = startMachine();
  folder = mkdtempSync(join(tmpdir(), "pipewright-deployment-"));
});
afterEach(async () => {
  await machine.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Every consumer of these deploys. */
const deploying = (deployment: object = {}): PlannedPart => {
  const planned = { name: "place", attempts: 2, delaySeconds: 0, timeoutSeconds: 1, ...deployment };
  return { consumers: { smoke: { deployment: planned }, other: { deployment: planned } } };
};

describe("the name of a place", () => {
  const name = (environment: Record<string, string> = {}, prefix = "sindri-per-extension"): Promise<ProgramResult> =>
    machine.run(
      "name-place",
      {
        CONSUMER: "smoke",
        GITHUB_RUN_ID: "19512345678",
        GITHUB_RUN_ATTEMPT: "1",
        MATRIX: '{"extension":"nodejs"}',
        ...environment,
      },
      { plan: deploying({ name: prefix }) },
    );

  test("says whose it is, and is a label of DNS", async () => {
    const { outputs } = await name();
    expect(outputs["name"]).toMatch(/^sindri-per-extension-19512345678-1-[0-9a-f]{8}$/);
    const longest = await name({ GITHUB_RUN_ID: "9".repeat(15), GITHUB_RUN_ATTEMPT: "99999" }, "a".repeat(30));
    expect(longest.outputs["name"]?.length).toBeLessThanOrEqual(63);
  });

  test("is another one for another job, another attempt and another run, and the same for the same", async () => {
    const names = await Promise.all([
      name(),
      name(),
      name({ MATRIX: '{"extension":"python"}' }),
      name({ CONSUMER: "other", MATRIX: "null" }),
      name({ GITHUB_RUN_ATTEMPT: "2" }),
      name({ GITHUB_RUN_ID: "19512345679" }),
    ]);
    expect(new Set(names.map(({ outputs }) => outputs["name"])).size).toBe(5);
  });

  test.each(HOSTILE)("holds nothing of %j", async (text) => {
    expect((await name({ MATRIX: text })).outputs["name"]).toMatch(/^sindri-per-extension-19512345678-1-[0-9a-f]{8}$/);
    for (const variable of ["GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT"])
      expect((await name({ [variable]: text })).code).toBe(1);
    expect((await name({}, text)).code).toBe(1);
  });
});

describe("waiting for an answer", () => {
  const wait = (commands: string, timeoutSeconds = 1, env: Record<string, string> = {}): Promise<ProgramResult> =>
    machine.run(
      "wait-until",
      { CONSUMER: "smoke", COMMANDS: commands },
      {
        cwd: folder,
        plan: deploying({ timeoutSeconds }),
        env: { POLL_SECONDS: "0.1", FOLDER: folder, ...env },
      },
    );

  test("ends as soon as the commands succeed", async () => {
    const { code, log } = await wait('printf x >> tries\n[[ "$(wc -c < tries)" -gt 2 ]] && echo up', 20);
    expect({ code, log }).toMatchObject({ code: 0, log: expect.stringMatching(/up\n.*It answered after/s) });
    expect(readFileSync(join(folder, "tries"), "utf8")).toBe("xxx");
  });

  test("fails after its limit, with the last answer, which gives the runner no commands", async () => {
    const { code, log } = await wait('echo "::error::not ${STATE}"; false | cat', 1, { STATE: "started" });
    expect(code).toBe(1);
    expect(log).toContain("not ready after 1 s");
    expect(log).toContain(": :error: :not started");
  });

  test("a question that hangs does not outlast the limit", async () => {
    const begin = Date.now();
    expect((await wait("sleep 60")).code).toBe(1);
    expect(Date.now() - begin).toBeLessThan(20_000);
  });

  test("a limit that is none is refused before anything runs", async () => {
    for (const limit of [0, 1.5, -1]) expect((await wait("touch executed", limit)).code).toBe(1);
    expect(existsSync(join(folder, "executed"))).toBe(false);
  });
});

describe.skipIf(missing("docker-registry", "jq", "curl"))("the image that is deployed", () => {
  let registry: Registry;
  let digest: string;
  beforeAll(async () => {
    registry = await startRegistry();
    digest = (await pushImage(registry, "team/app", { tag: "v1" })).digest;
  });
  afterAll(async () => await registry.stop());

  const image = (host = registry.host): string => `${host}/team/app`;
  /** The outputs of a program that has confirmed nothing, and ends the job. */
  const NO_REFERENCE: unknown = expect.not.objectContaining({ reference: expect.anything() });
  const ABSENT = `sha256:${"0".repeat(64)}`;
  interface Asked {
    digest?: string;
    /** What was handed on, where that is not the digest. */
    images?: string;
    kind?: string;
    name?: string;
    mirrors?: readonly string[];
    fallback?: "build" | "fail";
  }
  const confirm = ({
    digest: asked = digest,
    images = JSON.stringify({ other: { digest: ABSENT }, app: { digest: asked, commit: "0".repeat(40) } }),
    kind = "",
    name = image(),
    mirrors = [],
    fallback = "fail",
  }: Asked = {}): Promise<ProgramResult> =>
    machine.run(
      "confirm-image",
      { BUILD: "app", CONSUMER: "smoke", IMAGES: images, CLASS: kind },
      {
        plan: {
          builds: { app: { kind: "image", image: name, mirrors: [...mirrors] } },
          consumers: { smoke: { fallback, pull: { attempts: 2, delaySeconds: 0 } } },
        },
      },
    );

  test("is named by its digest, wherever its tags are", async () => {
    const result = await confirm();
    expect(result).toMatchObject({ code: 0, outputs: { reference: `${image()}@${digest}` } });
    expect(result.summary).toContain(`Deployed for the tests: \`${image()}@${digest}\``);
  });

  test("is found in whichever line hands it on", async () => {
    const lines = ['{"other":{"digest":""}}', "", JSON.stringify({ app: { digest } })];
    expect((await confirm({ images: lines.join("\n") })).outputs["reference"]).toBe(`${image()}@${digest}`);
  });

  test("one that is gone is deployed from the sources, or stops the job", async () => {
    const built = await confirm({ digest: ABSENT, fallback: "build" });
    expect(built).toMatchObject({ code: 0, outputs: { reference: "" } });
    expect(built.log).toContain(
      "::warning::The registry does not have the image (any more). It is deployed from the sources",
    );
    expect(await confirm({ digest: ABSENT })).toMatchObject({
      code: 1,
      outputs: NO_REFERENCE,
      log: expect.stringContaining("re-run the build"),
    });
  });

  test.each(["main", "integration", "nightly", "manual", "release"])(
    "one that is gone is not replaced where it is promoted: %s",
    async (kind) => {
      const refused = await confirm({ digest: ABSENT, fallback: "build", kind });
      expect(refused).toMatchObject({ code: 1, outputs: NO_REFERENCE });
      expect(refused.log).toMatch(/::error::What is published cannot be had.*Re-run the failed jobs/);
      expect(refused.log).toContain(`Class: ${kind}`);
      expect(refused.log).toContain(`Digest: ${ABSENT}`);
      // Nothing is published, so nothing of it is promoted.
      expect((await confirm({ digest: "", fallback: "build", kind })).outputs).toEqual({ reference: "" });
    },
  );

  test.each(["pullRequest", "feature", "queue"])(
    "one that is gone is replaced where nothing is promoted: %s",
    async (kind) => {
      expect((await confirm({ digest: ABSENT, fallback: "build", kind })).outputs).toEqual({ reference: "" });
    },
  );

  test("without a digest there is nothing to ask for", async () => {
    for (const images of ["", "{}", '{"other":{"digest":"x"}}', '{"app":{}}'])
      expect(await confirm({ images, fallback: "build" })).toMatchObject({
        code: 0,
        outputs: { reference: "" },
        log: expect.stringContaining("No image was handed on"),
      });
    expect((await confirm({ digest: "" })).code).toBe(1);
  });

  test("a registry that does not answer is the same, and a mirror stands in for it", async () => {
    const away = image("127.0.0.1:9");
    expect(await confirm({ name: away, fallback: "build" })).toMatchObject({
      code: 0,
      outputs: { reference: "" },
      log: expect.stringContaining("did not answer"),
    });
    expect(await confirm({ name: away, mirrors: [image()] })).toMatchObject({
      code: 0,
      outputs: { reference: `${image()}@${digest}` },
      log: expect.stringContaining("the same digest"),
    });
  });

  test("the registries' passwords are gone afterwards, also where it fails", async () => {
    const folder = join(machine.temp, "../.docker");
    for (const asked of [digest, ABSENT]) {
      mkdirSync(folder, { recursive: true });
      const auths = {
        [registry.host]: { auth: "eDp5" },
        "127.0.0.1:9": { auth: "eDp5" },
        "example.com": { auth: "eDp5" },
      };
      writeFileSync(join(folder, "config.json"), JSON.stringify({ auths }));
      await confirm({ digest: asked, mirrors: [image("127.0.0.1:9")] });
      expect(Object.keys(JSON.parse(readFileSync(join(folder, "config.json"), "utf8")).auths)).toEqual(["example.com"]);
    }
  });

  test.each(HOSTILE)("%j is no digest", async (text) => {
    expect(await confirm({ digest: text })).toMatchObject({ code: 1, outputs: NO_REFERENCE });
    expect(await confirm({ images: `{${text}`, fallback: "build" })).toMatchObject({ code: 1, outputs: NO_REFERENCE });
    const refused = await confirm({ digest: ABSENT, fallback: "build", kind: text });
    expect(refused.log).toContain("::error::What is published cannot be had");
  });
});
