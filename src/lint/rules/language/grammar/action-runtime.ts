import { retiredRuntime } from "../../../../actions/runtimes.ts";
import { nearest } from "../../../../nearest.ts";
import { quoted } from "../../../../workflow/grammar/words.ts";
import { rule } from "../../../rule.ts";

const RUNTIMES = ["node24", "composite", "docker"];
export const actionRuntime = rule({
  id: "action-runtime",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "An action runs on a runtime that runners have.",
  why: "Runners know `node24`, `composite` and `docker`. Actions for an older Node.js are started with a newer one, for which nobody has tested them.",
  bad: [
    { "action.yml": "name: Greet\ndescription: Greets.\nruns:\n  using: node16\n  main: index.js\n" },
    { "action.yml": "name: Greet\ndescription: Greets.\nruns:\n  using: nodejs24\n  main: index.js\n" },
  ],
  good: { "action.yml": "name: Greet\ndescription: Greets.\nruns:\n  using: node24\n  main: index.js\n" },
  action({ using }, { report }) {
    if (!using || using.value === "") return;
    // The runner compares without case.
    const runtime = using.value.toLowerCase();
    const retired = retiredRuntime(runtime);
    if (retired)
      report(
        using,
        `GitHub has retired \`${using.value}\`${retired.removed === undefined ? "" : ` and removed it on ${retired.removed}`}; the action runs on a newer one. Test it with \`node24\`, and write that.`,
        { level: "warning" },
      );
    else if (!RUNTIMES.includes(runtime)) {
      const near = nearest(runtime, RUNTIMES);
      report(
        using,
        `Runners know no runtime \`${using.value}\`. ${near === undefined ? `Use ${quoted(RUNTIMES, "or")}.` : `Did you mean \`${near}\`?`}`,
      );
    }
  },
});
