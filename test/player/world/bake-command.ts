/** `docker buildx bake` on a machine: asks the builder that an earlier step of the job has set up and filled. */
import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import { ActionFailed } from "../action.ts";
import { bakeTargets } from "../actions/bake.ts";
import type { Host } from "../host.ts";
import { type Command, option, words } from "./commands.ts";

const VALUED = ["--file", "-f", "--metadata-file", "--allow", "--progress"];

export const bakeCommand =
  (builders: NonNullable<Host["builders"]>): Command =>
  async ({ args, env, folder }) => {
    const context = builders.get(env["RUNNER_TEMP"] ?? "");
    if (!context) return { code: 1, stderr: "ERROR: this machine has no builder" };
    const unknown = args.find((word) => word.startsWith("-") && !VALUED.includes(word.split("=")[0] ?? ""));
    if (unknown !== undefined) return { code: 125, stderr: `unknown flag: ${unknown}` };
    const files = args.flatMap((word, index) => (["--file", "-f"].includes(args[index - 1] ?? "") ? [word] : []));
    try {
      const metadata = await bakeTargets(context, {
        source: relative(context.workspace, folder) || ".",
        files,
        targets: words(args, VALUED),
        overrides: [],
        push: false,
        load: false,
        provenance: true,
        sbom: false,
        env: Object.fromEntries(
          Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
        ),
      });
      const file = option(args, "--metadata-file");
      if (file !== undefined) writeFileSync(file, JSON.stringify(metadata));
      return { code: 0 };
    } catch (error) {
      if (!(error instanceof ActionFailed)) throw error;
      return { code: 1, stderr: error.message };
    }
  };
