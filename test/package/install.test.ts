import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { folder } from "../cli/folder.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const INSTALL = fileURLToPath(new URL("./install.mjs", import.meta.url));
const run = promisify(execFile);

const NETWORK_FAILURE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/;

test("the packed package works when it is installed into an empty project", { timeout: 300_000 }, async (context) => {
  const out = await folder();
  // The bundle is built already; packing must not rebuild it under the feet of other tests.
  await run("npm", ["pack", "--ignore-scripts", "--pack-destination", out], { cwd: ROOT });
  try {
    const { stdout } = await run(process.execPath, [INSTALL, out], { cwd: out });
    expect(stdout).toContain("works in an empty project");
  } catch (error) {
    const { stderr = "" } = error as { stderr?: string };
    if (process.env["CI"] !== "true" && NETWORK_FAILURE.test(stderr))
      context.skip("Installing the package's dependencies needs the npm registry.");
    throw new Error(stderr, { cause: error });
  }
});
