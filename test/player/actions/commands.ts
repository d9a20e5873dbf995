/** Actions that install a command line tool which the world plays: the tool is on the PATH of the steps that follow. */
import { join } from "node:path";
import { knownAction } from "../../../src/actions/catalogue.ts";
import type { Action } from "../action.ts";
import { installCommands } from "../world/commands.ts";

/** `programs` are the names on the PATH, each with the tool that answers to it. */
const installer = (name: string, programs: Readonly<Record<string, string>>): Action => ({
  name,
  inputs: Object.keys(knownAction(name)?.inputs ?? {}),
  run(context) {
    const folder = join(context.temp, "..", "tools", Object.keys(programs).join("-"));
    installCommands(folder, programs);
    context.addPath(folder);
    return Promise.resolve({});
  },
});

export const setupFlyctl = installer("superfly/flyctl-actions/setup-flyctl", { flyctl: "flyctl", fly: "flyctl" });
export const cosignInstaller = installer("sigstore/cosign-installer", { cosign: "cosign" });
