/** What shellcheck says of the shell programs, each as the file that is emitted, with the pieces that it sources. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { programNames, programPath } from "../../src/programs/programs.ts";
import { TEMPLATES } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

const programs = programNames()
  .map(programPath)
  .filter((path) => path.endsWith(".sh"));
const libraries = readdirSync(join(TEMPLATES, "lib"))
  .filter((name) => name.endsWith(".sh"))
  .map((name) => `lib/${name}`);

describe.skipIf(missing("shellcheck"))("shellcheck finds nothing", () => {
  it.each([...libraries, ...programs])("in %s", (path) => {
    const run = spawnSync("shellcheck", ["--external-sources", "--source-path=SCRIPTDIR", path], {
      cwd: TEMPLATES,
      encoding: "utf8",
    });
    expect(run.stdout + run.stderr).toBe("");
  });
});
