/** actions/checkout: a real checkout from the local repository of that name. */
import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { knownAction } from "../../../src/actions/catalogue.ts";
import { type Action, type ActionContext, ActionFailed } from "../action.ts";
import { fullName } from "../events.ts";
import { isObject, PlayerError } from "../json.ts";
import { allows } from "../permissions.ts";

const run = promisify(execFile);

export const checkout: Action = {
  name: "actions/checkout",
  inputs: Object.keys(knownAction("actions/checkout")?.inputs ?? {}),
  async run(context) {
    const { inputs, host, job } = context;
    const own = fullName(host.repository);
    const repository = inputs["repository"] || own;
    const source = host.gitFolder(repository);
    if (source === undefined) throw new ActionFailed(`remote: Repository not found: ${repository}`);
    if (repository === own && !allows(job.permissions, "contents", "read"))
      throw new ActionFailed("remote: Repository not found (the token lacks contents: read)");
    for (const name of ["filter", "ssh-key"])
      if (inputs[name]) throw new PlayerError(`The stand-in of actions/checkout does not play \`${name}\`.`);

    const folder = join(context.workspace, inputs["path"] || ".");
    mkdirSync(folder, { recursive: true });
    if (inputs["clean"] !== "false")
      for (const entry of readdirSync(folder)) rmSync(join(folder, entry), { recursive: true, force: true });
    const git = async (...args: string[]): Promise<string> => {
      try {
        return (
          await run("git", args, { cwd: folder, env: { PATH: process.env["PATH"], HOME: context.env["HOME"] ?? "" } })
        ).stdout.trim();
      } catch (error) {
        throw new ActionFailed(
          `git ${args.join(" ")}: ${error instanceof Error && "stderr" in error ? String(error.stderr) : String(error)}`,
        );
      }
    };

    const wanted = inputs["ref"] || (repository === own ? context.run.event.sha : "HEAD");
    const depth = Number(inputs["fetch-depth"] || "1");
    await git("init", "--quiet", "--initial-branch", "main");
    await git("remote", "add", "origin", `file://${source}`);
    const all = depth === 0 ? ["+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"] : [];
    await git("fetch", "--quiet", ...(depth > 0 ? [`--depth=${depth}`, "--no-tags"] : []), "origin", wanted, ...all);
    const commit = await git("rev-parse", "FETCH_HEAD^{commit}");
    refuseForkCode(context, commit, wanted, repository);
    // In cone mode, the action's default: these folders, and the files that lie beside the way to them.
    const folders = (inputs["sparse-checkout"] ?? "").split("\n").filter((line) => line.trim() !== "");
    if (folders.length > 0) await git("sparse-checkout", "set", "--cone", ...folders);
    await git("-c", "advice.detachedHead=false", "checkout", "--quiet", "--force", commit);
    await git("remote", "set-url", "origin", `https://github.com/${repository}`);

    if (inputs["persist-credentials"] !== "false") {
      const header = `AUTHORIZATION: basic ${Buffer.from(`x-access-token:${inputs["token"] || context.token}`).toString("base64")}`;
      await git("config", "http.https://github.com/.extraheader", header);
      // Readable by every later step, and so counted as seen by them.
      context.memory.set("persisted-credentials", true);
    }
    context.print(`Checked out ${commit} of ${repository}.`);
    return { ref: wanted, commit };
  },
};

/**
 * The newest release of each major refuses to check out a fork's code in a workflow_run
 * (actions/checkout, README: `allow-unsafe-pr-checkout`).
 */
function refuseForkCode(context: ActionContext, commit: string, wanted: string, repository: string): void {
  if (context.run.event.name !== "workflow_run" || context.inputs["allow-unsafe-pr-checkout"] === "true") return;
  const triggering = context.run.event.payload["workflow_run"];
  if (!isObject(triggering)) return;
  const head = triggering["head_repository"];
  const from = isObject(head) ? head["full_name"] : undefined;
  const own = fullName(context.host.repository);
  if (repository !== own || (from !== own && (commit === triggering["head_sha"] || wanted.startsWith("refs/pull/")))) {
    throw new ActionFailed(
      "Refusing to check out code of a pull request from a fork in a workflow_run. Set allow-unsafe-pr-checkout to allow it.",
    );
  }
}
