import { nearest } from "../../../../config/nearest.ts";
import { quoted } from "../../../../workflow/grammar/words.ts";
import { rule } from "../../../rule.ts";

const RUNTIMES = ["node24", "composite", "docker"];
/** Runners start these with a newer Node.js, or no more at all. */
const RETIRED: Readonly<Record<string, string>> = {
  node12: "GitHub removed Node.js 12 in 2023",
  node16: "GitHub removed Node.js 16 in 2024",
  node20: "Node.js 20 is past its announced removal from the runners in 2026",
};

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
    const retired = Object.hasOwn(RETIRED, using.value) ? RETIRED[using.value] : undefined;
    if (retired !== undefined) report(using, `${retired}. Test the action with \`node24\` and write that.`, { level: "warning" });
    else if (!RUNTIMES.includes(using.value)) {
      const near = nearest(using.value, RUNTIMES);
      report(using, `Runners know no runtime \`${using.value}\`. ${near === undefined ? `Use ${quoted(RUNTIMES, "or")}.` : `Did you mean \`${near}\`?`}`);
    }
  },
});
