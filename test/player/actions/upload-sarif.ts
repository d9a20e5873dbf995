/** github/codeql-action/upload-sarif: needs security-events: write, which a fork's token never has. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { knownAction } from "../../../src/actions/catalogue.ts";
import { type Action, ActionFailed } from "../action.ts";
import { allows } from "../permissions.ts";

export const uploadSarif: Action = {
  name: "github/codeql-action/upload-sarif",
  inputs: Object.keys(knownAction("github/codeql-action/upload-sarif")?.inputs ?? {}),
  async run(context) {
    const file = context.inputs["sarif_file"] || "../results";
    if (!existsSync(resolve(context.workspace, file))) throw new ActionFailed(`Path does not exist: ${file}`);
    if (!allows(context.job.permissions, "security-events", "write"))
      throw new ActionFailed("Resource not accessible by integration");
    return { "sarif-id": "1" };
  },
};
