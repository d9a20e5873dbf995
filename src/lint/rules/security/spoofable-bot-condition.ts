import { spanInFile } from "../../../workflow/expressions/embedded.ts";
import {
  type Comparison,
  type Expression,
  expressionsWithin,
  pathOf,
} from "../../../workflow/expressions/expression.ts";
import { rule } from "../../rule.ts";
import { taintOf } from "../../taint/document-taint.ts";
import { PRIVILEGED_EVENTS } from "../../taint/sources.ts";

export const spoofableBotCondition = rule({
  id: "spoofable-bot-condition",
  family: "security",
  levels: { recommended: "warning", strict: "warning" },
  fixable: true,
  summary: "A condition that trusts a bot asks who opened the pull request, not who acted last.",
  why: "`github.actor` is whoever caused this run. An outsider makes a bot act on a pull request that holds the outsider's commits (a rebase by Dependabot on a fork, say), and the condition holds (zizmor's documentation of `bot-conditions`; Boost Security, \"Weaponizing Dependabot\").",
  bad: `on: pull_request_target
jobs:
  merge:
    if: github.actor == 'dependabot[bot]'
    runs-on: ubuntu-latest
    steps:
      - run: gh pr merge --auto --merge "$URL"
        env:
          URL: \${{ github.event.pull_request.html_url }}
`,
  good: [
    `on: pull_request_target
jobs:
  merge:
    if: github.event.pull_request.user.login == 'dependabot[bot]'
    runs-on: ubuntu-latest
    steps:
      - run: gh pr merge --auto --merge "$URL"
        env:
          URL: \${{ github.event.pull_request.html_url }}
`,
    `on: pull_request
jobs:
  test:
    if: github.actor != 'dependabot[bot]'
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
  ],
  expression(site, { document, report, settings }) {
    if (site.path.at(-1) !== "if" || !site.expression || document.kind !== "workflow") return;
    const events = taintOf(document).eventsAt({
      job: site.job,
      step: site.step ? { ...site.step, if: undefined } : undefined,
    });
    const isRisky = events.some((event) => PRIVILEGED_EVENTS.has(event));
    if (!isRisky && settings.preset !== "strict") return;
    for (const comparison of equalities(site.expression)) {
      const [actor, bot] = sides(comparison);
      if (!actor || bot === undefined) continue;
      const at = spanInFile(document.file.text, site, actor);
      const path = pathOf(actor)?.join(".") ?? "github.actor";
      const onPullRequests = events.every((event) => event === "pull_request_target" || event === "pull_request");
      report(
        at,
        `\`${path}\` is \`${bot}\` whenever the bot acted last, whoever wrote the commits. ${onPullRequests ? "Compare `github.event.pull_request.user.login`." : "Ask who opened the pull request or wrote the comment instead."}`,
        {
          // On other events the run holds nothing that the bot's pull request could not have.
          ...(isRisky ? {} : { level: "info" as const }),
          ...(onPullRequests && path !== "github.actor_id"
            ? {
                fix: {
                  title: "Compare who opened the pull request",
                  edits: [{ ...at, text: "github.event.pull_request.user.login" }],
                },
              }
            : {}),
        },
      );
    }
  },
});

function* equalities(expression: Expression): Generator<Comparison> {
  for (const inner of expressionsWithin(expression))
    if (inner.kind === "comparison" && inner.operator === "==") yield inner;
}

function sides({ left, right }: Comparison): [Expression | undefined, string | undefined] {
  for (const [one, other] of [
    [left, right],
    [right, left],
  ] as const) {
    const path = pathOf(one)?.join(".");
    if (other.kind !== "literal") continue;
    if (
      (path === "github.actor" || path === "github.triggering_actor") &&
      typeof other.value === "string" &&
      /\[bot\]$/.test(other.value)
    )
      return [one, other.value];
    if (path === "github.actor_id" && BOT_IDS.has(String(other.value))) return [one, String(other.value)];
  }
  return [undefined, undefined];
}

/** Of Dependabot (and its forerunner), Renovate and GitHub Actions, as GitHub's API gives them for `users/dependabot[bot]`. */
const BOT_IDS = new Set(["49699333", "27856297", "29139614", "41898282"]);
