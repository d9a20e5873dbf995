import { describe, expect, it } from "vitest";
import { contextSources, isCovered } from "../../src/pipeline/dockerfile-inputs.ts";

describe("contextSources", () => {
  it("reads every form of COPY and ADD", () => {
    const dockerfile = `# syntax=docker/dockerfile:1
FROM node:24 AS build
ARG DIR=src
COPY package.json package-lock.json ./
COPY --chown=node:node --link \\
  # a comment between the lines
  src/ \\
  /app/src/
ADD ["a file.txt", "/data/"]
ADD https://example.com/x.tar.gz /x
ADD git@github.com:o/r.git /r
COPY $DIR /x
copy lower /lower
RUN <<EOF
COPY not-an-instruction /x
EOF
COPY <<CONFIG /etc/config
inline
CONFIG
FROM scratch
COPY --from=build /app /app
COPY . .
`;
    expect(contextSources(dockerfile)).toEqual([
      { source: "package.json", line: 4 },
      { source: "package-lock.json", line: 4 },
      { source: "src/", line: 5 },
      { source: "a file.txt", line: 9 },
      { source: "lower", line: 13 },
      { source: ".", line: 22 },
    ]);
  });
});

describe("isCovered", () => {
  it.each([
    ["src/", ".", ["src/**"], true],
    ["./src", ".", ["src"], true],
    ["src/api", ".", ["src/**"], true],
    ["src", ".", ["src/api/**"], false],
    ["package.json", ".", ["*.json"], true],
    ["package*.json", ".", ["package*.json"], true],
    ["src/a.ts", ".", ["**/*.ts"], true],
    [".", ".", ["src/**"], false],
    [".", ".", ["**"], true],
    ["app", "backend", ["backend/**"], true],
    ["app", "backend", ["app/**"], false],
    ["srcs", ".", ["src/**"], false],
  ])("%s in %s with %j: %s", (source, context, inputs, expected) => {
    expect(isCovered(source, context, inputs)).toBe(expected);
  });
});
