/** Publishing to Maven Central: a portal on a loopback port, and real signatures. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type MavenPortal, startMavenPortal } from "../support/maven-portal.ts";
import { runNodeProgram } from "../support/node-program.ts";
import { checkCommands, HOSTILE } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

const PASSWORD = "a passphrase with $igns and `spaces`";
const PORTAL = { username: "Ab12Cd34", password: "portal-Token+/x" };
const AT = "io/github/owner/client/1.0.57";
const BASE = `${AT}/client-1.0.57`;

const pom = (artifact = "client", version = "1.0.57", change: (text: string) => string = (text) => text): string =>
  change(`<?xml version="1.0" encoding="UTF-8"?>
<!-- <packaging>pom</packaging> -->
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>io.github.owner</groupId>
  <artifactId>${artifact}</artifactId>
  <version>${version}</version>
  <name>Client</name><description>d</description><url>https://example.com</url>
  <licenses><license><name>MIT</name></license></licenses>
  <developers><developer><name>A</name></developer></developers>
  <scm><url>https://example.com</url></scm>
  <dependencies><dependency><groupId>x</groupId><artifactId>y</artifactId><version>9</version></dependency></dependencies>
</project>
`);
const CLIENT = {
  [`${BASE}.pom`]: pom(),
  [`${BASE}.jar`]: "classes",
  [`${BASE}-sources.jar`]: "sources",
  [`${BASE}-javadoc.jar`]: "javadoc",
  [`${BASE}.module`]: "{}",
};
const hash = (kind: string, text: string): string => createHash(kind).update(text).digest("hex");

describe.skipIf(missing("gpg", "unzip"))("publish-maven.mjs", () => {
  let keyring: string;
  let signingKey: string;
  let portal: MavenPortal;
  let folder: string;
  let temp: string;
  beforeAll(() => {
    keyring = mkdtempSync(join(tmpdir(), "pipewright-keys-"));
    const gpg = (...words: string[]): string =>
      execFileSync(
        "gpg",
        ["--homedir", keyring, "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", PASSWORD, ...words],
        { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
      );
    gpg("--quick-generate-key", "Test <test@example.com>", "ed25519", "sign", "never");
    signingKey = gpg("--armor", "--export-secret-keys");
  });
  afterAll(() => {
    execFileSync("gpgconf", ["--homedir", keyring, "--kill", "gpg-agent"]);
    rmSync(keyring, { recursive: true, force: true });
  });
  beforeEach(async () => {
    portal = await startMavenPortal({ ...PORTAL, keyring });
    temp = mkdtempSync(join(tmpdir(), "pw-"));
    folder = join(temp, "files-client");
    mkdirSync(folder);
    write(CLIENT);
  });
  afterEach(async () => {
    await portal.stop();
    rmSync(temp, { recursive: true });
  });

  function write(files: Readonly<Record<string, string>>): void {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
  }
  const publish = async (environment: Record<string, string> = {}) => {
    const given = {
      TARGET: "central",
      RUNNER_TEMP: temp,
      PORTAL_URL: portal.url,
      CHECK_URL: `${portal.url}/maven2`,
      PORTAL_USERNAME: PORTAL.username,
      PORTAL_PASSWORD: PORTAL.password,
      SIGNING_KEY: signingKey,
      SIGNING_PASSWORD: PASSWORD,
      TIMEOUT_SECONDS: "20",
      POLL_SECONDS: "0.01",
      ...environment,
    };
    const target = {
      kind: "maven" as const,
      on: ["main" as const],
      secrets: [],
      from: "client",
      timeoutSeconds: 1680,
    };
    const run = await runNodeProgram("publish-maven", given, { plan: { publish: { central: target } } });
    for (const secret of [PORTAL.password, PASSWORD, "PRIVATE KEY BLOCK-----\n\n"])
      expect(run.log + run.summary).not.toContain(secret);
    expect(readdirSync(temp), "the key is gone").toEqual(["files-client"]);
    checkCommands("publish-maven.mjs", run.log);
    return run;
  };
  const uploads = () => portal.requests.filter(({ path }) => path.includes("/upload"));
  const onCentral = (files: Readonly<Record<string, string>>) => {
    for (const [file, text] of Object.entries(files))
      portal.central.set(`${file}.sha1`, Buffer.from(hash("sha1", text)));
  };

  it("signs what was staged, adds checksums, uploads one bundle and waits until it is published", async () => {
    const run = await publish({ VERSION: "1.0.57" });
    expect(run.log).not.toContain("::error");
    expect(run).toMatchObject({
      code: 0,
      outputs: { published: "1", state: "PUBLISHED", deployment: portal.deployments[0]?.id },
    });
    expect(portal.deployments).toMatchObject([{ name: "io.github.owner:client:1.0.57", errors: {} }]);
    const suffixes = ["", ".asc", ".md5", ".sha1", ".sha256", ".sha512"];
    expect([...(portal.deployments[0]?.files.keys() ?? [])].sort()).toEqual(
      Object.keys(CLIENT)
        .flatMap((file) => suffixes.map((suffix) => file + suffix))
        .sort(),
    );
    expect(portal.central.get(`${BASE}.jar`)?.toString()).toBe("classes");
    expect(portal.central.get(`${BASE}.jar.sha512`)?.toString()).toBe(hash("sha512", "classes"));
    expect(run.summary).toContain("| io.github.owner:client:1.0.57 | published |");
  });

  it("takes checksums and signatures that are staged already, and then needs no key", async () => {
    await publish();
    const staged = Object.fromEntries(
      [...portal.central]
        .filter(([file]) => /\.(asc|sha1|md5)$/.test(file))
        .map(([file, bytes]) => [file, bytes.toString()]),
    );
    portal.central.clear();
    await portal.stop();
    portal = await startMavenPortal({ ...PORTAL, keyring });
    write(staged);
    write({
      [`${BASE}.jar.asc.md5`]: "of a signature",
      [`${AT}/../maven-metadata.xml`]: "<metadata/>",
      [`${AT}/../maven-metadata.xml.sha1`]: "x",
    });
    expect((await publish({ SIGNING_KEY: "", SIGNING_PASSWORD: "" })).code).toBe(0);
    expect(portal.deployments[0]?.files.get(`${BASE}.jar.asc`)?.toString()).toBe(staged[`${BASE}.jar.asc`]);
    expect(
      [...(portal.deployments[0]?.files.keys() ?? [])].filter(
        (file) => file.includes("metadata") || file.endsWith(".asc.md5"),
      ),
    ).toEqual([]);
  });

  it("does nothing when all of it is published with these contents", async () => {
    await publish();
    expect(await publish()).toMatchObject({ code: 0, outputs: { published: "0", state: "" } });
    expect(uploads()).toHaveLength(1);
  });

  it("refuses to publish a version with other contents", async () => {
    onCentral({ ...CLIENT, [`${BASE}.jar`]: "other classes" });
    const run = await publish();
    expect(run.code).toBe(1);
    expect(run.log).toContain("is published already, with other contents. A version never changes: raise it.");
    expect(run.log).toContain(`  ${BASE}.jar\n`);
    expect(uploads()).toEqual([]);
  });

  it("says exactly what is there and what is missing when a component is published in part", async () => {
    onCentral({ [`${BASE}.pom`]: CLIENT[`${BASE}.pom`] ?? "", [`${BASE}.jar`]: "classes" });
    const run = await publish();
    expect(run.code).toBe(1);
    const [, there = "", lacking = ""] =
      /is published in part.*These are there:\n([^]*)These are missing:\n([^]*)/.exec(run.log) ?? [];
    const named = (text: string) =>
      text
        .split("\n")
        .filter((line) => line.includes(AT))
        .map((line) => line.trim());
    expect(named(there)).toEqual([`${BASE}.jar`, `${BASE}.pom`]);
    expect(named(lacking)).toEqual([`${BASE}-javadoc.jar`, `${BASE}-sources.jar`, `${BASE}.module`]);
    expect(uploads()).toEqual([]);
  });

  it("publishes the components that are missing beside others that are there", async () => {
    const bom = "io/github/owner/bom/1.0.57/bom-1.0.57.pom";
    write({ [bom]: pom("bom", "1.0.57", (text) => text.replace("<name>", "<packaging>pom</packaging><name>")) });
    onCentral(CLIENT);
    expect(await publish()).toMatchObject({ code: 0, outputs: { published: "1" } });
    expect([...(portal.deployments[0]?.files.keys() ?? [])].every((file) => file.startsWith(bom))).toBe(true);
  });

  it("says what the portal complains about", async () => {
    write({
      [`${BASE}.jar.asc`]: "-----BEGIN PGP SIGNATURE-----\n\nnot one\n::error::x\n-----END PGP SIGNATURE-----\n",
    });
    const run = await publish();
    expect(run.code).toBe(1);
    expect(run.log).toContain(`  ${BASE}.jar: Invalid signature\n`);
    expect(portal.central.size).toBe(0);
  });

  it("tries again when portal or repository stumble; an upload whose answer was lost is not published twice", async () => {
    portal.fault({ status: 503, path: /maven2/, times: 1 });
    portal.fault({ status: 429, path: /upload/, times: 1 });
    portal.fault({ status: "lose", path: /upload/, times: 1 });
    portal.fault({ status: 500, path: /status/, times: 1 });
    // The second deployment fails, as the first is on its way: what Central shows then is what counts.
    portal.immediate = false;
    const running = publish();
    while (portal.deployments.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    for (const [file, bytes] of portal.deployments[0]?.files ?? []) portal.central.set(file, bytes);
    const run = await running;
    expect(run.log).not.toContain("::error");
    expect(run).toMatchObject({ code: 0, outputs: { published: "1", state: "PUBLISHED" } });
  });

  it("waits for what an earlier run has published until it can be compared", async () => {
    portal.immediate = false;
    await publish();
    const again = publish();
    setTimeout(() => portal.show(), 300);
    expect(await again).toMatchObject({ code: 0, outputs: { published: "0" } });
    portal.central.clear();
    const late = await publish({ TIMEOUT_SECONDS: "0" });
    expect(late.code).toBe(1);
    expect(late.log).toContain("cannot be read yet");
  });

  it("looks again when Central shows a version while it is asked for it", async () => {
    portal.immediate = false;
    await publish();
    const { central } = portal;
    const get = central.get.bind(central);
    let asked = 0;
    central.get = (file) => {
      const found = get(file);
      if (++asked === 2) portal.show();
      return found;
    };
    expect(await publish()).toMatchObject({ code: 0, outputs: { published: "0" } });
    expect(asked).toBeGreaterThan(Object.keys(CLIENT).length);
  });

  it("lets the portal finish what can no longer be stopped, and fails when it decides nothing", async () => {
    portal.stuckAt = "PUBLISHING";
    const publishing = await publish({ TIMEOUT_SECONDS: "0.3" });
    expect(publishing).toMatchObject({ code: 0, outputs: { state: "PUBLISHING" } });
    expect(publishing.log).toContain("::warning::The portal is still copying");
    await portal.stop();
    portal = await startMavenPortal({ ...PORTAL, keyring });
    portal.stuckAt = "VALIDATING";
    const stuck = await publish({ TIMEOUT_SECONDS: "0.3" });
    expect(stuck.code).toBe(1);
    expect(stuck.log).toContain("is VALIDATING");
  });

  it("does the rest when it is run again after the portal was down", async () => {
    portal.fault({ status: 500, path: /upload/ });
    expect((await publish()).log).toContain("::error::Nothing more is published. The portal answered 500");
    portal.clearFaults();
    expect(await publish()).toMatchObject({ code: 0, outputs: { published: "1" } });
  });

  it("says what to do when the token is refused, and asks once", async () => {
    const run = await publish({ PORTAL_PASSWORD: "another" });
    expect(run.code).toBe(1);
    expect(run.log).toContain("Make a new user token");
    expect(uploads()).toEqual([]);
  });

  it("does not guess when Central cannot be asked", async () => {
    portal.fault({ status: 403, path: /maven2/ });
    const run = await publish();
    expect(run.code).toBe(1);
    expect(run.log).toContain("it is not known what is published");
    expect(uploads()).toEqual([]);
  });

  it.each([
    ["is no key", { SIGNING_KEY: "secret" }, "no armoured private key"],
    ["is missing", { SIGNING_KEY: "" }, "no armoured private key"],
    [
      "is broken",
      { SIGNING_KEY: "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nxxxx\n-----END PGP PRIVATE KEY BLOCK-----" },
      "gpg cannot read the signing key",
    ],
    ["has another password", { SIGNING_PASSWORD: "wrong" }, "gpg cannot sign"],
  ])("says so when the signing key %s", async (_, environment, message) => {
    const run = await publish(environment);
    expect(run.code).toBe(1);
    expect(run.log).toContain(message);
    expect(uploads()).toEqual([]);
  });

  it.each([
    ["no sources", {}, [`${BASE}-sources.jar`], "client-1.0.57-sources.jar is missing"],
    ["no javadoc", {}, [`${BASE}-javadoc.jar`], "client-1.0.57-javadoc.jar is missing"],
    ["no archive", {}, [`${BASE}.jar`], "client-1.0.57.jar is missing"],
    ["no POM", {}, [`${BASE}.pom`], "client-1.0.57.pom is missing"],
    [
      "another artifact's POM",
      { [`${BASE}.pom`]: pom("other") },
      [],
      "its POM says other artifactId, and the folder client",
    ],
    ["another version's POM", { [`${BASE}.pom`]: pom("client", "1.0.58") }, [], "its POM says 1.0.58 version"],
    [
      "a POM without a license",
      { [`${BASE}.pom`]: pom("client", "1.0.57", (text) => text.replace(/<licenses>.*<\/licenses>/, "")) },
      [],
      "its POM has no <licenses>",
    ],
    ["a POM that is none", { [`${BASE}.pom`]: "<project><name>" }, [], "its POM cannot be read"],
    [
      "a snapshot",
      { "io/github/owner/client/2-SNAPSHOT/client-2-SNAPSHOT.pom": pom("client", "2-SNAPSHOT") },
      [],
      "a snapshot is not for Maven Central",
    ],
    ["a wrong checksum", { [`${BASE}.jar.sha1`]: "0".repeat(40) }, [], "is not the checksum of its file"],
    ["a signature of nothing", { [`${BASE}-gone.jar.asc`]: "x" }, [], "belongs to no file"],
    ["a file of another place", { "README.md": "x" }, [], "not at a place of a Maven repository"],
    ["a file of another version", { [`${AT}/client-1.0.5.jar`]: "x" }, [], "not at a place of a Maven repository"],
  ])("refuses %s, and uploads nothing", async (_, files, without, message) => {
    write(files);
    for (const file of without) rmSync(join(folder, file));
    const run = await publish();
    expect(run.code).toBe(1);
    expect(run.log).toContain(message);
    expect(uploads()).toEqual([]);
  });

  it("refuses another version than the run's, an empty folder, and links", async () => {
    expect((await publish({ VERSION: "1.0.58" })).log).toContain("this run publishes 1.0.58");
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    expect((await publish()).log).toContain("holds nothing to publish");
    write(CLIENT);
    symlinkSync("/etc/passwd", join(folder, `${BASE}-extra.jar`));
    expect((await publish()).log).toContain("is neither a file nor a folder");
    expect(uploads()).toEqual([]);
  });

  it("takes a child of a parent POM, which holds the rest", async () => {
    write({
      [`${BASE}.pom`]:
        "<project><parent><groupId>io.github.owner</groupId><artifactId>p</artifactId><version>1.0.57</version></parent><artifactId>client</artifactId><packaging>aar</packaging></project>",
      [`${BASE}.aar`]: "x",
    });
    expect((await publish()).code).toBe(0);
  });

  it.each(HOSTILE.filter((text) => !text.includes("/")))("refuses a file named %j", async (text) => {
    write({ [`${AT}/${text}`]: "x" });
    const run = await publish();
    expect(run.code).toBe(1);
    expect(uploads()).toEqual([]);
  });

  it.each(HOSTILE)("prints %j as the text that it is, of the portal or of the config", async (text) => {
    portal.fault({ status: 400, path: /upload/, body: text });
    const refused = await publish();
    expect(refused.code).toBe(1);
    expect(refused.log).toContain("::error::Nothing more is published. The portal answered 400");
    expect((await publish({ VERSION: text })).code).toBe(1);
  });
});
