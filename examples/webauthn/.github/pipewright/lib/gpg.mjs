// Signatures by gpg, with a key that is on the runner only while they are made.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";

/**
 * Runs `work(sign)`, where `sign(file)` gives the armoured signature of a file. The key and its agent are gone afterwards.
 * `temp` is the folder in which they are kept meanwhile. Throws what gpg says when it does not take key or password.
 */
export async function withSigner({ key, password, temp }, work) {
  if (!key.includes("-----BEGIN PGP PRIVATE KEY BLOCK-----"))
    throw new Error(
      "The signing key is no armoured private key: it must begin with -----BEGIN PGP PRIVATE KEY BLOCK-----.",
    );
  // mkdtemp makes it readable for nobody else.
  const home = mkdtempSync(`${temp}/gpg-`);
  const gpg = (words, input) => {
    try {
      return execFileSync("gpg", ["--homedir", home, "--batch", "--no-tty", "--quiet", ...words], {
        input,
        stdio: ["pipe", "pipe", "pipe"],
        env: { PATH: process.env.PATH, LC_ALL: "C" },
      });
    } catch (error) {
      throw new Error(
        `gpg cannot ${words.includes("--import") ? "read the signing key" : "sign"}: ${String(error.stderr ?? error.message).trim()}`,
      );
    }
  };
  try {
    gpg(["--import"], `${key}\n`);
    return await work((file) =>
      gpg(
        [
          "--pinentry-mode",
          "loopback",
          "--passphrase-fd",
          "0",
          "--armor",
          "--detach-sign",
          "--output",
          "-",
          "--",
          file,
        ],
        `${password}\n`,
      ),
    );
  } finally {
    try {
      execFileSync("gpgconf", ["--homedir", home, "--kill", "gpg-agent"], { stdio: "ignore" });
    } catch {
      // Then there is no agent; and one that lives on ends by itself when its folder is gone.
    }
    rmSync(home, { recursive: true, force: true });
  }
}
