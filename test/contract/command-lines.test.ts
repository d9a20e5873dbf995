/** The command lines of services that emitted steps call, held to the flags that their own parsers know. */
import { describe, expect, it } from "vitest";
import { commandsOf } from "../../src/shell/commands.ts";
import { parseShell } from "../../src/shell/parse.ts";
import { unknownFlag, VALUED_FLAGS } from "../player/world/fly-flags.ts";
import { words } from "../player/world/commands.ts";
import { systems } from "../support/systems.ts";

/** What a step runs: a script of its own, or commands that it hands to a program which repeats them. */
const scripts = systems.flatMap(({ workflows }) =>
  workflows.flatMap(({ jobs }) =>
    jobs.flatMap(({ steps }) =>
      steps.flatMap(({ run, with: inputs, where }) =>
        [run, inputs["commands"]].flatMap((text) => (typeof text === "string" ? [{ text, where }] : [])),
      ),
    ),
  ),
);

const invocationsOf = (program: string): { where: string; args: readonly string[] }[] =>
  scripts.flatMap(({ text, where }) =>
    commandsOf(parseShell(text.replace(/\$\{\{.*?\}\}/g, "_"))).flatMap(({ name, args }) =>
      name === program ? [{ where, args }] : [],
    ),
  );

describe("flyctl", () => {
  const calls = invocationsOf("flyctl");

  it("is called with flags that its subcommands have", () => {
    expect(calls.length).toBeGreaterThan(5);
    for (const { args, where } of calls) {
      const [first = "", second = ""] = words(args, VALUED_FLAGS);
      const subcommand = ["deploy", "status", "logs"].includes(first) ? first : `${first} ${second}`;
      expect(unknownFlag(subcommand, args), `${where}: flyctl ${args.join(" ")}`).toBeUndefined();
    }
  });

  it("refuses what it no longer has", () => {
    expect(unknownFlag("deploy", ["deploy", "--app", "x", "--region", "iad"])).toBe("unknown flag: --region");
    expect(unknownFlag("volumes create", ["volumes", "create", "data", "--region", "iad", "-s", "1"])).toBeUndefined();
    expect(unknownFlag("apps list", ["apps", "list", "-x"])).toBe("unknown shorthand flag: 'x' in -x");
  });
});
