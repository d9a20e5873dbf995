/** The WebAuthn server, as the scenarios play it: its emitted files, with Docker Hub, npm and Maven Central to publish to. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, onTestFinished } from "vitest";
import config from "../../../examples/webauthn/ci.config.ts";
import { compile } from "../../../src/compiler/compile.ts";
import { type ConfigInput, configSchema } from "../../../src/config/schema.ts";
import { plan } from "../../../src/pipeline/plan.ts";
import { fullName, pushEvent } from "../../player/events.ts";
import type { Run } from "../../player/runs.ts";
import { createWorld, type World, type WorldOptions } from "../../player/world.ts";
import type { Files } from "../../player/world/git.ts";
import { npm, type NpmVersion } from "../../player/world/npm.ts";
import { type MavenPortal, startMavenPortal } from "../../support/maven-portal.ts";

export const RUN = "Main CI/CD";
export const SERVER = "acme/webauthn-server";
export const CREDENTIALS = "acme/test-credentials";
/** What the images are called in Docker Hub. */
export const PUBLISHED = [SERVER, "acme/webauthn-test-credentials"];
export const CLIENT = "com/acme/webauthn/client";

const repository = { owner: "Acme", name: "WebAuthn", defaultBranch: "main", private: false };
const PASSPHRASE = "a passphrase with $igns";
const SECRETS = {
  DOCKER_USERNAME: "acme-bot",
  DOCKER_PASSWORD: "dckr_pat_the-password-of-docker-hub",
  GRADLE_ENCRYPTION_KEY: "what-gradle-encrypts-its-cache-with",
  CENTRAL_PORTAL_USERNAME: "Ab12Cd34",
  CENTRAL_PORTAL_PASSWORD: "portal-token",
  SIGNING_PASSWORD: PASSPHRASE,
};

/** A key of the test's own, made once a file. */
function signer(): { keyring: string; key: string } {
  const keyring = mkdtempSync(join(tmpdir(), "pipewright-keys-"));
  const gpg = (...words: string[]): string =>
    execFileSync(
      "gpg",
      ["--homedir", keyring, "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", PASSPHRASE, ...words],
      { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
    );
  gpg("--quick-generate-key", "Acme <test@example.com>", "ed25519", "sign", "never");
  return { keyring, key: gpg("--armor", "--export-secret-keys") };
}
let made: ReturnType<typeof signer> | undefined;
afterAll(() => {
  if (!made) return;
  execFileSync("gpgconf", ["--homedir", made.keyring, "--kill", "gpg-agent"]);
  rmSync(made.keyring, { recursive: true, force: true });
});

export interface WebAuthn {
  readonly world: World;
  readonly npm: readonly NpmVersion[];
  readonly portal: MavenPortal;
  /** Pushes a commit with a message of its own. */
  push(branch: string, files: Files, message?: string): Promise<string>;
  /** The newest run of the pipeline. */
  run(): Run;
}

export async function playWebAuthn({
  change,
  missing = [],
}: {
  change?: (config: ConfigInput) => ConfigInput;
  missing?: readonly (keyof typeof SECRETS)[];
} = {}): Promise<WebAuthn> {
  made ??= signer();
  const { pipeline, problems } = plan(
    configSchema.parse(change ? change({ ...config, check: false }) : { ...config, check: false }),
  );
  if (problems.length > 0) throw new Error(problems.map((problem) => problem.message).join("\n"));
  const registry = npm();
  const portal = await startMavenPortal({
    username: SECRETS.CENTRAL_PORTAL_USERNAME,
    password: SECRETS.CENTRAL_PORTAL_PASSWORD,
    keyring: made.keyring,
  });
  portal.prompt = true;
  onTestFinished(() => portal.stop());
  const host = new URL(portal.url).host;
  const options: WorldOptions = {
    repository,
    files: { ...sources, ...Object.fromEntries(compile(pipeline).map((file) => [file.path, file.body])) },
    secrets: Object.fromEntries(
      Object.entries({ ...SECRETS, SIGNING_KEY: made.key }).filter(
        ([name]) => !missing.some((absent) => absent === name),
      ),
    ),
    webhook: "CI_WEBHOOK_URL",
    environments: { production: {} },
    dockerHub: { username: SECRETS.DOCKER_USERNAME, password: SECRETS.DOCKER_PASSWORD },
    websites: { "central.sonatype.com": host, "repo1.maven.org": host },
    tools: { npx: "#!/bin/sh\nexit 0\n" },
    commands: { npm: registry.command },
  };
  const world = await createWorld(options);
  onTestFinished(() => world.stop());
  await world.git.commit(fullName(repository), "develop", {}, { from: "refs/heads/main" });
  return {
    world,
    npm: registry.versions,
    portal,
    async push(branch, files, message = "A change") {
      const sha = await world.git.commit(fullName(repository), branch, files, { from: "refs/heads/main", message });
      await world.player.happen(pushEvent(repository, `refs/heads/${branch}`, sha, repository.owner));
      await world.settle();
      return sha;
    },
    run: () => world.run(RUN),
  };
}

/** Gradle, as far as the jobs ask: it packs what the folders hold, and the same sources give the same bytes. */
const gradlew = `#!/usr/bin/env bash
set -euo pipefail
version="\${2:-}"
version="\${version#-Pversion=}"
case "$1" in
  test) ;;
  :typescript-client:pack)
    mkdir -p typescript-client/build/packed package
    printf '{"name":"@acme/webauthn-client","version":"%s"}' "$version" > package/package.json
    cp typescript-client/index.ts package/
    tar --create --gzip --sort=name --mtime=@0 --owner=0 --group=0 --file=typescript-client/build/packed/client.tgz package
    ;;
  :android-client:*)
    at="android-client/build/staging/${CLIENT}/$version"
    mkdir -p "$at"
    sed "s/@version@/$version/" android-client/pom.xml > "$at/client-$version.pom"
    for part in "" -sources -javadoc; do cp android-client/Client.kt "$at/client-$version$part.jar"; done
    ;;
esac
`;

const pom = `<?xml version="1.0" encoding="UTF-8"?>
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>com.acme.webauthn</groupId>
  <artifactId>client</artifactId>
  <version>@version@</version>
  <name>Client</name>
  <description>A client of the WebAuthn server.</description>
  <url>https://example.com</url>
  <licenses><license><name>MIT</name><url>https://example.com/licence</url></license></licenses>
  <developers><developer><name>Somebody</name></developer></developers>
  <scm><connection>scm:git:git://example.com/x.git</connection><url>https://example.com/x</url></scm>
</project>
`;

const folders = { "webauthn-server": "server", "webauthn-test-credentials-service": "credentials" };
const PASSES = "#!/bin/sh\nexit 0\n";
const sources: Files = {
  gradlew,
  "settings.gradle.kts": "// settings\n",
  "gradle/wrapper/gradle-wrapper.properties": "distributionUrl=x\n",
  "package-lock.json": "{}\n",
  "README.md": "# WebAuthn\n",
  ...Object.fromEntries(
    Object.entries(folders).flatMap(([folder, name]) => [
      [`${folder}/Dockerfile`, `# holds app/${name}\nFROM scratch\nCOPY ${folder}/src /app\n`],
      [`${folder}/src/Main.kt`, `// ${name}\n`],
    ]),
  ),
  "typescript-client/index.ts": "export const version = 1;\n",
  "android-client/Client.kt": "class Client\n",
  "android-client/pom.xml": pom,
  "e2e/start-services.sh": `#!/bin/sh -e\ntest -n "$IMAGE_WEBAUTHN_SERVER"\ntest -n "$IMAGE_TEST_CREDENTIALS"\n`,
  "e2e/show-logs.sh": PASSES,
  "clients/test-typescript.sh": `#!/bin/sh -e\ntest "$(find "$1" -name '*.tgz' | wc -l)" -eq 1\n`,
  "clients/test-android.sh": `#!/bin/sh -e\ntest "$(find "$1" -name '*.pom' | wc -l)" -eq 1\n`,
};

export const serverChange = (text: string): Files => ({ "webauthn-server/src/Main.kt": `// ${text}\n` });
export const clientChange = (text: string): Files => ({ "typescript-client/index.ts": `// ${text}\n` });
export const FAILING: Files = { "e2e/start-services.sh": "#!/bin/sh\nexit 1\n" };
