/** docker/build-push-action: its inputs, as the builder takes them. */
import { join } from "node:path";
import { knownAction } from "../../../src/actions/catalogue.ts";
import type { Action } from "../action.ts";
import { build } from "../builder.ts";
import { PlayerError } from "../json.ts";

const IGNORED = ["add-hosts", "cache-from", "cache-to", "pull", "github-token", "builder"];
const PLAYED = [
  "context",
  "file",
  "target",
  "platforms",
  "build-args",
  "labels",
  "tags",
  "push",
  "load",
  "outputs",
  "provenance",
  "sbom",
  "no-cache",
];

const lines = (text: string | undefined): string[] =>
  (text ?? "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

export const buildPush: Action = {
  name: "docker/build-push-action",
  inputs: Object.keys(knownAction("docker/build-push-action")?.inputs ?? {}),
  async run(context) {
    const { inputs } = context;
    for (const [name, value] of Object.entries(inputs)) {
      if (value !== "" && !IGNORED.includes(name) && !PLAYED.includes(name))
        throw new PlayerError(`The stand-in of docker/build-push-action does not play \`${name}\`.`);
    }
    const folder = inputs["context"] || ".";
    const { digest, imageId } = await build(context, {
      name: "",
      context: folder,
      dockerfile: inputs["file"] || join(folder, "Dockerfile"),
      stage: inputs["target"] ?? "",
      args: lines(inputs["build-args"]),
      labels: Object.fromEntries(
        lines(inputs["labels"]).map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
      ),
      platforms: (inputs["platforms"] || "linux/amd64").split(",").map((platform) => platform.trim()),
      tags: lines(inputs["tags"]?.replaceAll(",", "\n")),
      outputs: lines(inputs["outputs"]),
      push: inputs["push"] === "true",
      load: inputs["load"] === "true",
      attested: (inputs["provenance"] ?? "") !== "false" || inputs["sbom"] === "true",
      sbom: inputs["sbom"] === "true",
    });
    return { ...(digest === undefined ? {} : { digest }), imageid: imageId, metadata: "{}" };
  },
};
