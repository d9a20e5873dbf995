/** actions/download-artifact: of this run, or of another one with a token that may read actions. */
import { join, resolve } from "node:path";
import { knownAction } from "../../../src/actions/catalogue.ts";
import { type Action, type ActionContext, ActionFailed } from "../action.ts";
import { type Artifact, extractArtifact, isExpired } from "../artifacts.ts";
import { fitsName } from "../glob.ts";
import { PlayerError } from "../json.ts";
import { allows } from "../permissions.ts";

export const downloadArtifact: Action = {
  name: "actions/download-artifact",
  inputs: Object.keys(knownAction("actions/download-artifact")?.inputs ?? {}),
  async run(context) {
    const { inputs, host } = context;
    if (inputs["artifact-ids"])
      throw new PlayerError("The stand-in of actions/download-artifact does not play `artifact-ids`.");
    const available = artifactsOf(context).filter((artifact) => !isExpired(artifact, host.now()));
    const { name = "", pattern = "" } = inputs;
    const folder = resolve(context.workspace, (inputs["path"] || ".").replace(/^~(?=\/)/, context.env["HOME"] ?? ""));
    if (name !== "") {
      const artifact = available.find((candidate) => candidate.name === name);
      if (!artifact) throw new ActionFailed(`Unable to download artifact(s): Artifact not found for name: ${name}`);
      extractArtifact(artifact, folder);
    } else {
      const chosen = available.filter((artifact) => pattern === "" || fitsName(pattern, artifact.name));
      for (const artifact of chosen)
        extractArtifact(artifact, inputs["merge-multiple"] === "true" ? folder : join(folder, artifact.name));
    }
    return { "download-path": folder };
  },
};

/** Without `github-token` the run id is silently passed over, and the own run is read. */
function artifactsOf(context: ActionContext): readonly Artifact[] {
  const { inputs, runs, run, job } = context;
  const token = inputs["github-token"] ?? "";
  if (token === "") return run.artifacts;
  const id = Number(inputs["run-id"] || run.id);
  if (token === job.token && !allows(job.permissions, "actions", "read"))
    throw new ActionFailed("Unable to download artifact(s): Resource not accessible by integration");
  const other = runs.find((candidate) => candidate.id === id);
  if (!other) throw new ActionFailed(`Unable to download artifact(s): run ${id} not found`);
  return other.artifacts;
}
