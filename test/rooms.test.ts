/** The rooms of the house: which may import from which. What no room is, at the top of `src`, anybody may import. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";

const SOURCES = join(import.meta.dirname, "../src");

/** `cli` may import everything, and nothing imports it. Types of the config are the plan's language (docs/decisions/plan-knows-the-config.md). */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  workflow: [],
  shell: [],
  config: [],
  actions: ["workflow"],
  pipeline: ["workflow", "actions", "config"],
  compiler: ["workflow", "actions", "pipeline", "config"],
  lint: ["workflow", "actions", "shell"],
};

const roomOf = (path: string): string => (path.includes("/") ? (path.split("/")[0] ?? "") : "");

const importsOf = (file: string): string[] =>
  [...readFileSync(join(SOURCES, file), "utf8").matchAll(/(?:from|import\() ?"(\.[^"]+)"/g)].map(([, path = ""]) =>
    relative(SOURCES, join(SOURCES, dirname(file), path)),
  );

const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));

describe.each(Object.entries(MAY_IMPORT))("%s", (room, allowed) => {
  it(`imports ${allowed.length === 0 ? "no other room" : allowed.join(", ")}${allowed.length === 0 ? "" : " and no other"}`, () => {
    const strangers = files
      .filter((file) => roomOf(file) === room)
      .flatMap((file) =>
        importsOf(file).flatMap((path) =>
          [room, "", ...allowed].includes(roomOf(path)) || path.startsWith("..") ? [] : [`${file} imports ${path}`],
        ),
      );
    expect(strangers).toEqual([]);
  });
});
