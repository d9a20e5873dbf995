import { execFile } from "node:child_process";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { folder } from "../cli/folder.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const INSTALL = fileURLToPath(new URL("./install.mjs", import.meta.url));
const run = promisify(execFile);

/** Every Node that the command line is to run on; `.ci/run` brings them. One that is named and is not there is a failure. */
const nodes = (process.env["PIPEWRIGHT_NODES"] || process.execPath).split(delimiter).filter((path) => path !== "");

const NETWORK_FAILURE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/;

test("the packed package works when it is installed into an empty project", { timeout: 300_000 }, async (context) => {
  const versions = await Promise.all(nodes.map(async (node) => (await run(node, ["--version"])).stdout.trim()));
  const out = await folder();
  // The bundle is built already; packing must not rebuild it under the feet of other tests.
  await run("npm", ["pack", "--ignore-scripts", "--pack-destination", out], { cwd: ROOT });
  try {
    const { stdout } = await run(process.execPath, [INSTALL, out], { cwd: out });
    expect(stdout).toContain("works in an empty project");
    for (const version of versions) expect(stdout).toContain(`The command line works on Node ${version}.`);
  } catch (error) {
    const { stderr = "" } = error as { stderr?: string };
    if (process.env["CI"] !== "true" && NETWORK_FAILURE.test(stderr))
      context.skip("Installing the package's dependencies needs the npm registry.");
    throw new Error(stderr, { cause: error });
  }
});
