/** What git makes of line endings. Without git, or outside of a repository, it makes nothing of them. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";

/**
 * Which of the files, as they lie in the working tree, git would store as the given text: a checkout with
 * `core.autocrlf` or an `eol` attribute changes line endings that are no change to git.
 *
 * @param files by absolute path: the text that git should store for it, with `\n` line endings.
 */
export async function storedAs(root: string, files: ReadonlyMap<string, string>): Promise<Set<string>> {
  const paths = [...files.keys()].filter((path) => !path.includes("\n"));
  const answer = await git(root, ["hash-object", "--stdin-paths"], `${paths.join("\n")}\n`);
  const names = answer?.trim().split("\n") ?? [];
  if (names.length !== paths.length) return new Set();
  return new Set(paths.filter((path, index) => names[index] === objectName(files.get(path) ?? "", names[index] ?? "")));
}

/** Git's name for a blob, in the hash function of which `sample` is a name: SHA-1, or SHA-256 in newer repositories. */
function objectName(text: string, sample: string): string {
  const bytes = Buffer.from(text, "utf8");
  return createHash(sample.length === 64 ? "sha256" : "sha1")
    .update(`blob ${bytes.length}\0`)
    .update(bytes)
    .digest("hex");
}

function git(folder: string, args: readonly string[], input: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn("git", ["-C", folder, ...args], { stdio: ["pipe", "pipe", "ignore"] });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", () => resolve(undefined));
    child.on("close", (code) => resolve(code === 0 ? Buffer.concat(chunks).toString("utf8") : undefined));
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}
