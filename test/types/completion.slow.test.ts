import { fileURLToPath } from "node:url";
import { Project } from "ts-morph";
import { beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
let project: Project;

beforeAll(() => {
  project = new Project({
    tsConfigFilePath: `${root}tsconfig.json`,
    skipAddingFilesFromTsConfig: true,
    compilerOptions: { paths: { pipewright: [`${root}src/index.ts`] } },
  });
  project.addSourceFileAtPath(`${root}src/index.ts`);
}, 60_000);

/** What an editor offers where `|` stands in a config. */
function offered(text: string): string[] {
  const position = text.indexOf("|");
  const file = project.createSourceFile(`${root}ci.completion.ts`, text.replace("|", ""), { overwrite: true });
  const completions = project
    .getLanguageService()
    .compilerObject.getCompletionsAtPosition(file.getFilePath(), position, undefined);
  return (completions?.entries ?? []).map(({ name }) => name);
}

const config = (
  rest: string,
): string => `import { defineConfig, dockerHub, files, ghcr, image, minutes } from "pipewright";
export default defineConfig({
  project: "p",
  registry: ghcr("o"),
  branches: { main: "trunk", integration: ["next"] },
  builds: { app: image(), package: files({ run: "npm pack", paths: ["*.tgz"] }) },
  ${rest}
});
`;

test("builds complete where they are needed", () => {
  expect(offered(config('consumers: { e2e: { needs: "|" } },')).sort()).toEqual(["app", "package"]);
  expect(offered(config('consumers: { e2e: { needs: ["|"] } },')).sort()).toEqual(["app", "package"]);
  expect(offered(config('consumers: { e2e: { needs: "app", container: { build: "|" } } },')).sort()).toEqual([
    "app",
    "package",
  ]);
});

test("caches, consumers and targets complete where they are referred to", () => {
  const caches = 'caches: { npm: { paths: ["x"], files: ["x"] } },';
  expect(offered(config(`${caches} consumers: { unit: { run: "x", caches: ["|"] } },`))).toEqual(["npm"]);
  expect(offered(config('consumers: { unit: { run: "x" }, e2e: { run: "x", after: ["|"] } },')).sort()).toEqual([
    "e2e",
    "unit",
  ]);
  expect(offered(config('publish: { npm: { kind: "npm", from: "|" } },')).sort()).toEqual(["app", "package"]);
});

test("branches complete where they have a channel or a copy", () => {
  expect(offered(config("channels: { | },"))).toEqual(expect.arrayContaining(["trunk", "next", "nightly"]));
  expect(offered(config('copies: [{ host: "docker.io", username: "U", password: "P", of: ["|"] }],')).sort()).toEqual([
    "next",
    "nightly",
    "release",
    "trunk",
  ]);
});

test("settings and their values complete", () => {
  expect(offered(config("retention: { | },"))).toEqual(
    expect.arrayContaining(["pullRequest", "branch", "minimumAge", "protect"]),
  );
  expect(offered(config("consumers: { e2e: { needs: 'app', | } },"))).toEqual(
    expect.arrayContaining(["timeout", "matrix", "container", "secrets"]),
  );
  expect(offered(config('freshness: "|",')).sort()).toEqual(["fail", "warn"]);
  expect(offered(config("tags: { | },"))).toEqual(expect.arrayContaining(["shaLength", "pullRequest", "commit"]));
  expect(offered(config("consumers: { e2e: { needs: 'app', timeout: | } },"))).toEqual(
    expect.arrayContaining(["minutes"]),
  );
});
