/** Which references of a file get a digest, and what stays as it is. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkPin, pinImage } from "../../templates/lib/pins.mjs";

const OLD = `sha256:${"0".repeat(64)}`;
const NEW = `sha256:${"1".repeat(64)}`;
const pin = (text: string, change: { image?: string; tag?: string; newTag?: string } = {}): string =>
  pinImage(text, { image: "node", digest: NEW, ...change }).text;

describe("a pin", () => {
  it.each([
    [`FROM node@${OLD}`, `FROM node@${NEW}`],
    [`FROM node:20-alpine@${OLD} AS build`, `FROM node:20-alpine@${NEW} AS build`],
    ["FROM node:20-alpine AS build", `FROM node:20-alpine@${NEW} AS build`],
    [`FROM --platform=$BUILDPLATFORM node:20@${OLD}`, `FROM --platform=$BUILDPLATFORM node:20@${NEW}`],
    [`ARG BASE=node:20@${OLD}`, `ARG BASE=node:20@${NEW}`],
    [`COPY --from=node:20@${OLD} /a /b`, `COPY --from=node:20@${NEW} /a /b`],
    [`    image: "node:20@${OLD}"`, `    image: "node:20@${NEW}"`],
    ["  - image: node:20", `  - image: node:20@${NEW}`],
    [`uses: docker://node:20@${OLD}`, `uses: docker://node:20@${NEW}`],
    [`FROM node:20@${OLD}\r\nRUN x\r\n`, `FROM node:20@${NEW}\r\nRUN x\r\n`],
    [`image: node:20@${OLD} # node:20@${OLD}`, `image: node:20@${NEW} # node:20@${OLD}`],
    [
      `FROM node:20@${OLD}\nFROM node:22@${OLD}\nFROM alpine:3@${OLD}`,
      `FROM node:20@${NEW}\nFROM node:22@${NEW}\nFROM alpine:3@${OLD}`,
    ],
  ])("turns %j into %j", (before, after) => {
    expect(pin(before)).toBe(after);
    expect(pin(after)).toBe(after);
  });

  it.each([
    `# FROM node:20@${OLD}`,
    `  # node:20@${OLD}`,
    `// node:20@${OLD}`,
    "FROM node",
    "RUN node index.js",
    `RUN node -e "require('node:fs')"`,
    "import fs from 'node:fs';",
    "        run: node -e \"require('node:fs')\"",
    `FROM my-node:20@${OLD}`,
    `FROM node-slim:20@${OLD}`,
    `FROM docker.io/library/node:20@${OLD}`,
    `FROM node/other:20@${OLD}`,
    `FROM host:5000/node:20@${OLD}`,
    "FROM node:$VERSION",
    "FROM node:20/x",
    `FROM node:20@${OLD}0`,
    "FROM node:20@sha256:abc",
  ])("leaves %j alone", (text) => {
    expect(pin(text)).toBe(text);
  });

  it("for one tag changes no other, and can give it a new one", () => {
    const text = `FROM node:20@${OLD}\nFROM node:22@${OLD}\nFROM node@${OLD}\nFROM node:20-alpine\nRUN x node:20`;
    expect(pin(text, { tag: "20" })).toBe(
      `FROM node:20@${NEW}\nFROM node:22@${OLD}\nFROM node@${OLD}\nFROM node:20-alpine\nRUN x node:20@${NEW}`,
    );
    expect(pin(`FROM ghcr.io/o/base:1.0.1@${OLD}`, { image: "ghcr.io/o/base", newTag: "1.0.2" })).toBe(
      `FROM ghcr.io/o/base:1.0.2@${NEW}`,
    );
  });

  it("takes the signs in an image's name as they are", () => {
    expect(pin(`FROM a.b/c:1@${OLD}\nFROM axb/c:1@${OLD}`, { image: "a.b/c" })).toBe(
      `FROM a.b/c:1@${NEW}\nFROM axb/c:1@${OLD}`,
    );
  });

  it("counts the references, those that were right already too", () => {
    expect(pinImage(`FROM node:20@${NEW}\nFROM node:22\n# node:20`, { image: "node", digest: NEW }).references).toBe(2);
  });

  it("changes nothing in a text without the image, whatever it is, and settles after one go", () => {
    const part = fc.oneof(
      fc.constantFrom("node", ":20", `@${OLD}`, "FROM ", "\n", " ", "#", "image: ", "docker://", "$&", "$1", "\\"),
      fc.string({ unit: "binary", maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        const text = parts.join("");
        expect(pin(text, { image: "no-such-image" })).toBe(text);
        const once = pin(text);
        expect(pin(once)).toBe(once);
        expect(once.split("\n").length).toBe(text.split("\n").length);
      }),
    );
  });

  it("takes long lines in no time", () => {
    const text = `FROM ${"node:20".repeat(200_000)} node:20@${OLD}`;
    expect(pin(text).endsWith(NEW)).toBe(true);
  });

  it.each([
    { file: "../x" },
    { file: "/etc/passwd" },
    { file: ".git/config" },
    { file: "a//b" },
    { file: "a\nb" },
    { file: "" },
    { image: "" },
    { image: "-rf" },
    { image: "node 20" },
    { digest: "sha256:abc" },
    { digest: `${NEW}\n` },
    { tag: "a b" },
    { newTag: "" },
  ])("is refused with %j", (change) => {
    expect(() => checkPin({ file: "Dockerfile", image: "node", digest: NEW, ...change })).toThrow(
      /^This (names|holds) no /,
    );
  });

  it("is accepted for odd but real files and images", () => {
    for (const change of [
      { file: "a b/Dockerfile.ü" },
      { image: "ghcr.io/Owner/app" },
      { image: "localhost:5000/a__b/c-d" },
      { tag: "20", newTag: "22" },
    ])
      expect(() => checkPin({ file: "Dockerfile", image: "node", digest: NEW, ...change })).not.toThrow();
  });
});
