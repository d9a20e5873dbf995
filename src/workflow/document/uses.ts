/** What a `uses:` names (reference: "Workflow syntax", `jobs.<job_id>.steps[*].uses` and `jobs.<job_id>.uses`). */
import type { ScalarNode } from "../yaml/node.ts";
import type { Uses } from "./document.ts";

export function usesOf(node: ScalarNode): Uses {
  const written = node.value.trim();
  if (written.includes("${{")) return { node, written, kind: "computed" };
  if (written.startsWith("./") || written.startsWith(".\\"))
    return { node, written, kind: "local", from: "workspace", path: folder(written.slice(1)) };
  if (written.startsWith("$/"))
    return { node, written, kind: "local", from: "workflow", path: folder(written.slice(1)) };
  if (written.startsWith("docker://"))
    return { node, written, kind: "docker", image: written.slice("docker://".length) };
  const parts = /^([^/@\s]+)\/([^/@\s]+)(?:\/([^@\s]*))?@(\S+)$/.exec(written);
  if (!parts) return { node, written, kind: "malformed" };
  const [, owner = "", repository = "", path = "", ref = ""] = parts;
  return {
    node,
    written,
    kind: "repository",
    repository: `${owner}/${repository}`.toLowerCase(),
    name: path === "" ? `${owner}/${repository}` : `${owner}/${repository}/${path}`,
    path,
    ref,
  };
}

const folder = (path: string): string => path.replaceAll("\\", "/").replace(/^\/+/, "").replace(/\/+$/, "");

/** Whether a step runs this action, by `owner/repo` or `owner/repo/path`, whatever the version and the case. */
export function isAction(uses: Uses | undefined, ...names: string[]): boolean {
  if (uses?.kind !== "repository") return false;
  // Asked for dozens of actions at every step: nearly all differ in length, and the letters of the rest are seldom compared.
  const { length } = uses.name;
  let lower: string | undefined;
  for (const name of names)
    if (name.length === length && (lower ??= uses.name.toLowerCase()) === name.toLowerCase()) return true;
  return false;
}
