/** Steps that fetch the artifacts of another run. */
import type { Step } from "../../workflow/document/document.ts";
import { isAction } from "../../workflow/document/uses.ts";
import { scalarOf, type Span } from "../../workflow/yaml/node.ts";
import { commandsIn, type Script, spanOf } from "../scripts.ts";

export interface ArtifactDownload {
  step: Step;
  at: Span;
  /** Where it is unpacked; nothing: into the workspace itself. */
  path: string | undefined;
}

/** The artifact of another run that a step fetches. */
export function downloadOf(step: Step, script: Script | undefined): ArtifactDownload | undefined {
  const { uses } = step;
  if (uses) {
    const path = scalarOf(step.with.get("path")?.value)?.value;
    // Without a token the run's id is ignored.
    if (isAction(uses, "actions/download-artifact") && step.with.has("run-id")) return { step, at: uses.node, path };
    if (isAction(uses, "dawidd6/action-download-artifact")) return { step, at: uses.node, path };
    if (isAction(uses, "actions/github-script")) {
      const code = scalarOf(step.with.get("script")?.value);
      if (code && /\.downloadArtifact\(/.test(code.value)) return { step, at: uses.node, path: undefined };
    }
    return undefined;
  }
  const command =
    script && commandsIn(script).find(({ name, args }) => name === "gh" && args[0] === "run" && args[1] === "download");
  if (!script || !command) return undefined;
  const flag = command.args.findIndex((arg) => arg === "-D" || arg === "--dir");
  return { step, at: spanOf(script, command.node), path: flag === -1 ? undefined : command.args[flag + 1] };
}

/** Outside of the workspace, where no later step takes a file for the repository's own. */
export const isApart = (path: string | undefined): boolean =>
  path !== undefined &&
  /^(?:\/|~|\$\{\{\s*runner\.temp\s*\}\}|\$\{?RUNNER_TEMP\b|"?\$\{?RUNNER_TEMP)/.test(path.trim());
