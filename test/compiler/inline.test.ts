import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { inlineProgram } from "../../src/compiler/inline.ts";
import { programNames, programText } from "../../src/compiler/programs.ts";

const templates = new URL("../../templates/", import.meta.url);

describe("inlineProgram", () => {
  it("puts the pieces of a shell script in their place, each once, and only what is used", () => {
    const libraries = {
      "lib/log.sh":
        '# shellcheck shell=bash\n# About logs.\n\n# say TEXT\nsay() {\n  echo "$1"\n\n  echo\n}\n\nquiet() { :; }\n',
      "lib/retry.sh":
        '# shellcheck shell=bash\nsource "${BASH_SOURCE[0]%/*}/log.sh"\n\nretry() {\n  say again\n}\nunused() {\n  quiet\n}\nLIMIT=3\n',
    };
    const program =
      '#!/usr/bin/env bash\n# Does it.\nsource "${BASH_SOURCE[0]%/*}/lib/retry.sh"\nsource "${BASH_SOURCE[0]%/*}/lib/log.sh"\n\nretry\n';
    expect(inlineProgram(program, libraries)).toBe(
      '# Does it.\n\n# say TEXT\nsay() {\n  echo "$1"\n\n  echo\n}\n\nretry() {\n  say again\n}\n\nLIMIT=3\n\nretry\n',
    );
  });

  it("puts the pieces of a module in their place", () => {
    const libraries = {
      "lib/http.mjs":
        'import { setTimeout } from "node:timers/promises";\n\nconst WAIT = 5;\nconst OTHER = [\n  1,\n];\n\n// Asks.\nexport async function ask(url) {\n  await setTimeout(WAIT);\n}\n\nexport const twice = (x) => x * 2;\n',
    };
    expect(inlineProgram('// It asks.\nimport { ask } from "./lib/http.mjs";\n\nawait ask("x");\n', libraries)).toBe(
      '// It asks.\n\nimport { setTimeout } from "node:timers/promises";\n\nconst WAIT = 5;\n\n// Asks.\nasync function ask(url) {\n  await setTimeout(WAIT);\n}\n\nawait ask("x");\n',
    );
  });

  it("says which piece is missing", () => {
    expect(() => inlineProgram('source "${BASH_SOURCE[0]%/*}/lib/none.sh"', {})).toThrow("lib/none.sh");
  });
});

describe("the programs", () => {
  it("are all there, and whole", () => {
    const files = readdirSync(templates).filter((file) => /\.(sh|mjs)$/.test(file));
    expect(programNames().sort()).toEqual(files.sort());
    for (const name of programNames()) expect(programText(name)).not.toMatch(/BASH_SOURCE|from "\.\/|\$\{\{/);
  });

  it.each(programNames())(
    "%s is not changed by being made whole again, as the bundle makes it whole beforehand",
    (name) => {
      expect(inlineProgram(programText(name), {})).toBe(programText(name));
    },
  );

  it.each(programNames())("%s says on top what it does, and keeps its own text", (name) => {
    const source = readFileSync(new URL(name, templates), "utf8");
    expect(programText(name)).toMatch(/^(#|\/\/|\/\*)/);
    const own = source
      .split("\n")
      .filter((line) => !/^(#!|source |import .*from "\.\/|# shellcheck (shell|source))/.test(line));
    for (const line of own.filter((text) => text.trim() !== "")) expect(programText(name)).toContain(line.trimEnd());
  });
});
