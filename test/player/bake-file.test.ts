import { expect, test } from "vitest";
import { readBakeFiles, targetsOf } from "./bake-file.ts";

const hcl = `
# The images of the site.
variable "TAG" { default = "dev" }
variable "REGISTRY" {
  default = "ghcr.io/octo"
}
group "default" { targets = ["web", "test"] }
target "_common" {
  context = "."
  args = { PYTHON = "3.13" }
}
target "web" {
  inherits = ["_common"]
  dockerfile = "deployment/Dockerfile"
  target = "web"
  tags = ["\${REGISTRY}/web:\${TAG}", TAG,]
  labels = { "org.opencontainers.image.title" = "web" }
  args = { "MODE": "production" }
  platforms = ["linux/amd64"]
}
/* a target of its own */
target "test" {
  inherits = ["_common"]
  target = "test" // the stage
  output = ["type=cacheonly"]
}
`;

test("targets inherit, variables come from the environment or their defaults, and groups stand for targets", () => {
  const file = readBakeFiles([{ path: "docker-bake.hcl", text: hcl }], { TAG: "v1" });
  expect(targetsOf(file, ["default"])).toEqual(["web", "test"]);
  expect(file.targets.get("web")).toEqual({
    attest: [],
    context: ".",
    dockerfile: "deployment/Dockerfile",
    target: "web",
    args: { PYTHON: "3.13", MODE: "production" },
    labels: { "org.opencontainers.image.title": "web" },
    tags: ["ghcr.io/octo/web:v1", "v1"],
    platforms: ["linux/amd64"],
    output: [],
  });
  expect(file.targets.get("test")).toMatchObject({
    target: "test",
    output: ["type=cacheonly"],
    args: { PYTHON: "3.13" },
  });
});

test("later files write over earlier ones, and JSON says the same", () => {
  const json = JSON.stringify({ target: { web: { tags: ["a:1"], args: { MODE: "test" } } } });
  const file = readBakeFiles(
    [
      { path: "docker-bake.hcl", text: hcl },
      { path: "override.json", text: json },
    ],
    {},
  );
  expect(file.targets.get("web")).toMatchObject({
    tags: ["a:1"],
    args: { PYTHON: "3.13", MODE: "test" },
    dockerfile: "deployment/Dockerfile",
  });
});

test("what is not played stops the play: functions, matrices, unknown variables, targets and syntax", () => {
  const read = (text: string) => readBakeFiles([{ path: "docker-bake.hcl", text }], {});
  expect(() => read('target "a" { tags = [notequal("", TAG)] }')).toThrow("notequal");
  expect(() => read('target "a" { matrix = { x = ["1"] } }')).toThrow("matrix");
  expect(() => read('target "a" { tags = ["${NONE}"] }')).toThrow("NONE");
  expect(() => read('function "f" { params = [] }')).toThrow("function");
  expect(() => read("target { }")).toThrow("{");
  expect(() => targetsOf(read('target "a" { }'), ["b"])).toThrow("neither a group nor a target b");
});

test("a sign that is doubled stands for itself, as what is not to be filled in is written", () => {
  const text = JSON.stringify({ target: { web: { args: { X: "$${TAG} %%{if true} $TAG ${TAG}" } } } });
  const file = readBakeFiles(
    [
      { path: "docker-bake.hcl", text: hcl },
      { path: "bake.json", text },
    ],
    {},
  );
  expect(file.targets.get("web")?.args["X"]).toBe("${TAG} %{if true} $TAG dev");
});
