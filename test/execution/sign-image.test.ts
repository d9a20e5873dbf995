/** Signing an image. cosign itself talks to Sigstore, so a stand-in keeps the signatures; all else is real. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { HOSTILE, type Machine, startMachine } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

const IMAGE = "ghcr.io/owner/app";
const DIGEST = `sha256:${"a".repeat(64)}`;
const IDENTITY = "^https://github\\.com/owner/app\\.js/\\.github/workflows/.+$";
const ISSUER = "https://token.actions.githubusercontent.com";

/** Keeps signatures as lines of a file; the file `failures` says how often each of its subcommands fails first. */
const COSIGN = `#!/usr/bin/env bash
set -eu
folder="\${0%/*}"
printf '%s\\n' "$*" >> "$folder/calls"
if [[ -s "$folder/failures-$1" ]]; then
  sed -i 1d "$folder/failures-$1"
  echo "::error::the registry answered 503"
  exit 1
fi
case "$1" in
  sign) printf '%s\\n' "\${@: -1}" >> "$folder/signatures" ;;
  verify) grep --quiet --fixed-strings --line-regexp -- "\${@: -1}" "$folder/signatures" || { echo "Error: no signatures found" >&2; exit 10; } ;;
esac
`;

describe.skipIf(missing("bash", "jq"))("sign-image.sh", () => {
  let machine: Machine;
  let folder: string;
  beforeAll(() => {
    machine = startMachine();
  });
  afterAll(() => machine.stop());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pipewright-cosign-"));
    writeFileSync(join(folder, "cosign"), COSIGN);
    chmodSync(join(folder, "cosign"), 0o755);
    for (const file of ["calls", "signatures"]) writeFileSync(join(folder, file), "");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const lines = (file: string): string[] => readFileSync(join(folder, file), "utf8").split("\n").filter(Boolean);
  const failing = (command: "sign" | "verify", times: number): void =>
    writeFileSync(join(folder, `failures-${command}`), "x\n".repeat(times));
  const sign = (environment: Record<string, string> = {}, image = IMAGE) =>
    machine.run(
      "sign-image",
      {
        PATH: `${folder}:${process.env["PATH"] ?? ""}`,
        BUILD: "app",
        DIGEST,
        GITHUB_REPOSITORY: "owner/app.js",
        ...environment,
      },
      {
        plan: {
          builds: { app: { image } },
          publish: {
            hub: { kind: "images", on: ["main"], secrets: [], names: { app: "docker.io/owner/app" }, tags: [] },
          },
        },
      },
    );
  const VERIFY = `verify --certificate-identity-regexp ${IDENTITY} --certificate-oidc-issuer ${ISSUER} --output json ${IMAGE}@${DIGEST}`;

  it("signs the digest, then verifies who signed it", async () => {
    const run = await sign();
    expect(run).toMatchObject({ code: 0, outputs: { signed: "true" } });
    expect(lines("calls")).toEqual([VERIFY, `sign --yes ${IMAGE}@${DIGEST}`, VERIFY]);
    expect(run.summary).toContain(`\`${IMAGE}@${DIGEST}\` is signed.`);
  });

  it("leaves alone what is signed already", async () => {
    await sign();
    expect(await sign()).toMatchObject({ code: 0, outputs: { signed: "false" } });
    expect(lines("signatures")).toHaveLength(1);
  });

  it("takes another issuer where there is one", async () => {
    await sign({ GITHUB_SERVER_URL: "https://ghes.example.com" });
    expect(lines("calls")[0]).toContain("--certificate-oidc-issuer https://ghes.example.com/_services/token ");
  });

  it("signs the copy in another registry", async () => {
    expect((await sign({ TARGET: "hub" })).summary).toContain(`\`docker.io/owner/app@${DIGEST}\` is signed.`);
  });

  it("tries again when the registry stumbles, while signing and while verifying", async () => {
    failing("sign", 2);
    expect((await sign()).code).toBe(0);
    writeFileSync(join(folder, "signatures"), "");
    failing("verify", 2);
    expect((await sign()).code).toBe(0);
  });

  it("fails when it cannot sign, and says what a job needs for it", async () => {
    failing("sign", 99);
    const run = await sign();
    expect(run).toMatchObject({ code: 1, outputs: {} });
    expect(run.log).toContain("id-token: write");
    expect(lines("calls").filter((call) => call.startsWith("sign"))).toHaveLength(3);
  });

  it("fails when the signature does not verify afterwards", async () => {
    failing("verify", 99);
    const run = await sign();
    expect(run).toMatchObject({ code: 1, outputs: {} });
    expect(run.log).toContain("its signature does not verify");
  });

  it.each([
    [{ DIGEST: "latest" }, "DIGEST is no digest"],
    [{ DIGEST: `${DIGEST}\n` }, "DIGEST is no digest"],
    [{ BUILD: "other" }, "no such image"],
    [{ TARGET: "other" }, "no such image"],
    [{ BUILD: "" }, "no value for BUILD"],
    [{ PATH: "/usr/bin:/bin" }, "cosign is not installed"],
  ])("refuses %j", async (environment, message) => {
    const run = await sign(environment);
    expect(run.code).toBe(1);
    expect(run.log).toContain(message);
    expect(lines("calls")).toEqual([]);
  });

  it.each(HOSTILE)("does not run %j", async (text) => {
    expect((await sign({ BUILD: text })).code).toBe(1);
    expect((await sign({ TARGET: text })).code).toBe(1);
    expect((await sign({ GITHUB_REPOSITORY: text })).code).toBe(0);
  });
});
