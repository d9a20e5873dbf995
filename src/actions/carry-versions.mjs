#!/usr/bin/env node
/**
 * Writes `versions.json` from a file of facts: for each action, for each major version, the newest tag with its commit,
 * date, runtime, inputs and outputs. Usage: node src/actions/carry-versions.mjs <facts.json> [<more facts.json> ...]
 *
 * Inputs are written as one text, each with its marks: `!` required, `=` has a default, `~` deprecated.
 */
import { readFileSync, writeFileSync } from "node:fs";

const marks = ({ required, hasDefault, deprecated }) =>
  (required ? "!" : "") + (hasDefault ? "=" : "") + (deprecated ? "~" : "");
const actions = Object.assign({}, ...process.argv.slice(2).map((path) => JSON.parse(readFileSync(path, "utf8"))));
const lines = Object.keys(actions)
  .sort()
  .map((name) => {
    const versions = actions[name].versions.map(
      ({ tag, sha, date, using, inputs, outputs }) =>
        `\n  ${JSON.stringify([
          tag,
          sha ?? "",
          date ?? "",
          using,
          Object.entries(inputs)
            .map(([input, facts]) => input + marks(facts))
            .join(" "),
          outputs.join(" "),
        ])}`,
    );
    return `${JSON.stringify(name)}: [${versions.join(",")}\n]`;
  });
writeFileSync(new URL("versions.json", import.meta.url), `{\n${lines.join(",\n")}\n}\n`);
