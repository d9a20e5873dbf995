/** Actions that change nothing a scenario can see: they install tools. */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { knownAction } from "../../../src/actions/catalogue.ts";
import type { Action, ActionContext } from "../action.ts";

const quiet = (
  name: string,
  effect: (context: ActionContext) => Record<string, string> | undefined = () => undefined,
): Action => {
  const known = knownAction(name);
  const inputs = known?.inputs ?? {};
  return {
    name,
    inputs: Object.keys(inputs),
    required: Object.keys(inputs).filter(
      (input) => inputs[input]?.includes("required") === true && inputs[input]?.includes("default") !== true,
    ),
    run: (context) => Promise.resolve(effect(context) ?? {}),
  };
};

export const quietActions: readonly Action[] = [
  quiet("docker/setup-buildx-action", ({ memory }) => void memory.set("buildx", true)),
  quiet("docker/setup-qemu-action", ({ memory }) => void memory.set("qemu", true)),
  quiet("actions/setup-node"),
  quiet("actions/setup-python"),
  quiet("actions/setup-go"),
  quiet("actions/setup-java"),
  quiet("anchore/sbom-action", ({ inputs, workspace }) => {
    if (inputs["output-file"]) writeFileSync(resolve(workspace, inputs["output-file"]), "{}");
    return undefined;
  }),
  quiet("anchore/scan-action"),
];
