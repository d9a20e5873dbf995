/** npm as far as publishing goes: versions never change, and without a token a job must be able to say who it is. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isObject, type Json } from "../json.ts";
import { type Command, type CommandAnswer, option, words } from "./commands.ts";

export interface NpmVersion {
  readonly name: string;
  readonly version: string;
  readonly tag: string;
  readonly integrity: string;
  /** Whose job: `workflow > job`. */
  readonly who: string;
}

const E404: CommandAnswer = { code: 1, stdout: JSON.stringify({ error: { code: "E404", summary: "Not Found" } }) };

export function npm(): { versions: NpmVersion[]; command: Command } {
  const versions: NpmVersion[] = [];
  const found = (value: string | undefined): CommandAnswer =>
    value === undefined ? E404 : { code: 0, stdout: JSON.stringify(value) };

  function view(spec: string, field: string): CommandAnswer {
    if (field === "dist-tags.latest")
      return found(versions.filter(({ name, tag }) => name === spec && tag === "latest").at(-1)?.version);
    return found(versions.find(({ name, version }) => `${name}@${version}` === spec)?.integrity);
  }

  const command: Command = ({ args, env, folder, who }) => {
    if (args[0] === "--version") return { code: 0, stdout: "11.6.0\n" };
    const [verb = "", subject = "", field = ""] = words(args, []);
    if (verb === "view") return view(subject, field);
    // The tests install what they need; here they need nothing.
    if (verb !== "publish") return { code: 0 };
    if (!env["ACTIONS_ID_TOKEN_REQUEST_URL"]) return { code: 1, stderr: "npm error code ENEEDAUTH" };
    const tarball = join(folder, subject);
    const manifest = JSON.parse(
      execFileSync("tar", ["--extract", "--gzip", "--to-stdout", `--file=${tarball}`, "package/package.json"], {
        encoding: "utf8",
      }),
    ) as Json;
    if (!isObject(manifest)) return { code: 1, stderr: "npm error code EJSONPARSE" };
    const published = {
      name: String(manifest["name"]),
      version: String(manifest["version"]),
      tag: option(args, "--tag") ?? "latest",
      integrity: `sha512-${createHash("sha512").update(readFileSync(tarball)).digest("base64")}`,
      who,
    };
    if (versions.some(({ name, version }) => name === published.name && version === published.version))
      return { code: 1, stderr: "npm error code E403" };
    versions.push(published);
    return { code: 0, stdout: `+ ${published.name}@${published.version}\n` };
  };
  return { versions, command };
}
