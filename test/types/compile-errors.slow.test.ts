import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { folder } from "../config/folder.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The lines and columns at which the compiler finds an error in a config. */
async function errorsIn(text: string): Promise<string[]> {
  const cwd = folder({
    "ci.config.ts": text,
    "tsconfig.json": JSON.stringify({
      extends: `${root}tsconfig.json`,
      compilerOptions: { paths: { pipewright: [`${root}src/index.ts`] }, typeRoots: [`${root}node_modules/@types`] },
      include: ["ci.config.ts", `${root}src/compiler/text-modules.d.ts`],
    }),
  });
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [`${root}node_modules/typescript/bin/tsc`, "--noEmit", "--pretty", "false", "-p", cwd],
    { cwd },
  ).catch((error: { stdout: string }) => error);
  return stdout.split("\n").filter((line) => line.startsWith("ci.config.ts"));
}

test("the compiler points at the property that names a build that is not declared", async () => {
  const errors = await errorsIn(`import { defineConfig, ghcr, image, minutes } from "pipewright";

export default defineConfig({
  project: "p",
  registry: ghcr("o"),
  builds: { app: image(), web: image() },
  consumers: {
    fine: { needs: ["app", "web"], run: "npm test", timeout: minutes(5) },
    typo: {
      needs: "wbe",
      run: "npm test",
    },
  },
});
`);
  expect(errors).toEqual([
    expect.stringMatching(
      /^ci\.config\.ts\(10,7\): error TS\d+: Type '"wbe"' is not assignable to type '"app" \| "web" \| readonly/,
    ),
  ]);
});

test("a config without a mistake compiles", async () => {
  expect(
    await errorsIn(
      'import { defineConfig, ghcr, image } from "pipewright";\nexport default defineConfig({ project: "p", registry: ghcr("o"), builds: { app: image() } });\n',
    ),
  ).toEqual([]);
});
