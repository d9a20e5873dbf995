/** actions/upload-artifact */
import { homedir } from "node:os";
import { dirname, relative } from "node:path";
import { knownAction } from "../../../src/actions/catalogue.ts";
import { type Action, ActionFailed } from "../action.ts";
import { addArtifact, ArtifactRefused } from "../artifacts.ts";
import { findFiles, literalPart } from "../glob.ts";
import { resolve } from "node:path";
import { statSync, existsSync } from "node:fs";

export const uploadArtifact: Action = {
  name: "actions/upload-artifact",
  inputs: Object.keys(knownAction("actions/upload-artifact")?.inputs ?? {}),
  required: ["path"],
  async run(context) {
    const { inputs, host, run } = context;
    const name = inputs["name"] || "artifact";
    const home = context.env["HOME"] ?? homedir();
    const patterns = (inputs["path"] ?? "")
      .split("\n")
      .map((line) => line.trim().replace(/^~(?=\/)/, home))
      .filter((line) => line !== "");
    const files = findFiles(context.workspace, patterns, { hidden: inputs["include-hidden-files"] === "true" });
    if (files.length === 0) {
      const message = `No files were found with the provided path: ${patterns.join(", ")}. No artifacts will be uploaded.`;
      if (inputs["if-no-files-found"] === "error") throw new ActionFailed(message);
      if (inputs["if-no-files-found"] !== "ignore") context.print(`::warning::${message}`);
      return {};
    }
    const root = commonFolder(
      patterns
        .filter((pattern) => !pattern.startsWith("!"))
        .map((pattern) => searchFolder(resolve(context.workspace, pattern))),
    );
    try {
      const artifact = addArtifact(run.artifacts, {
        id: run.id * 100 + run.artifacts.length,
        run: run.id,
        name,
        folder: host.folder(`artifacts/${run.id}/${name}`),
        files: new Map(files.map((file) => [relative(root, file), file])),
        retentionDays: inputs["retention-days"] ? Number(inputs["retention-days"]) : undefined,
        overwrite: inputs["overwrite"] === "true",
        now: host.now(),
      });
      host.changed(run);
      context.print(`Artifact ${name} has been successfully uploaded! ${artifact.size} bytes.`);
      return { "artifact-id": String(artifact.id) };
    } catch (error) {
      if (error instanceof ArtifactRefused) throw new ActionFailed(error.message);
      throw error;
    }
  },
};

/** A file's folder, or the folder that a pattern searches: paths inside the artifact begin there. */
function searchFolder(pattern: string): string {
  const literal = literalPart(pattern);
  return existsSync(literal) && statSync(literal).isDirectory() ? literal : dirname(literal);
}

function commonFolder(folders: readonly string[]): string {
  const [first = "/", ...rest] = folders;
  let parts = first.split("/");
  for (const folder of rest) {
    const other = folder.split("/");
    const length = parts.findIndex((part, index) => part !== other[index]);
    if (length !== -1) parts = parts.slice(0, length);
  }
  return parts.join("/") || "/";
}
