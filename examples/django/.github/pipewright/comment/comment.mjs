// Creates or updates one comment on a pull request, with figures that another job wrote to a file. That job ran code of
// the pull request, so of its file only numbers and names of a strict pattern get into the comment. This one checks
// nothing out. Where the token may not write, as on pull requests from forks, it says so and ends well.
//
// The file is the summary of check-coverage, or {"figures": [{"name", "value", "unit", "before", "limit"}],
// "findings": [{"path", "line", "rule"}]}, or both in one; without the file nothing is commented.
import { environment } from "../lib/environment.mjs";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readFigures } from "../lib/figures-file.mjs";
import { githubApi } from "../lib/github.mjs";
import { complain, say, setOutput, warn } from "../lib/log.mjs";
import { codeSpan, prose } from "../lib/markdown.mjs";
import { readPlan } from "../lib/plan.mjs";

/** Whose comment is updated. */
const AUTHOR = "github-actions[bot]";

const { CONSUMER, PR_NUMBER: pullNumber = "", RUNNER_TEMP = "" } = environment;
const { GITHUB_REPOSITORY: repository = "", GITHUB_SERVER_URL: server, GITHUB_RUN_ID: run = "" } = environment;
const figuresFile = join(RUNNER_TEMP, "coverage/coverage.json");
const plan = readPlan();
const consumer = plan.consumers[CONSUMER];
const title = `Coverage: ${consumer?.name ?? CONSUMER}`;
const markerName = consumer?.coverage?.marker ?? "";
const github = githubApi(environment.GITHUB_API_URL ?? "https://api.github.com", environment.GH_TOKEN);
const marker = `<!-- pipewright-comment: ${markerName} -->`;

const rounded = (number) => Math.round(number * 100) / 100;
const signed = (number) => `${number >= 0 ? "+" : ""}${rounded(number)}`;
const table = (head, rows) =>
  rows.length === 0
    ? []
    : [
        "",
        `| ${head.join(" | ")} |`,
        `|${"---|".repeat(head.length)}`,
        ...rows.map((cells) => `| ${cells.join(" | ")} |`),
      ];

function coverageLines({ percent, baseline, thresholds, packages }) {
  if (percent === undefined) return [];
  const change =
    baseline === undefined
      ? ""
      : ` (${signed(percent - baseline)} points against the main branch's ${rounded(baseline)} %)`;
  const limits = thresholds.map((part) => [
    part.percent < part.minimum ? "❌" : "✅",
    codeSpan(part.name),
    `${rounded(part.percent)} %`,
    `${rounded(part.minimum)} %`,
  ]);
  const parts = packages.map(([name, part]) => [codeSpan(name), `${rounded(part)} %`]);
  return [
    `Coverage: **${rounded(percent)} %**${change}`,
    ...table(["", "Part", "Coverage", "Minimum"], limits),
    ...(parts.length > 0
      ? [
          "",
          `<details><summary>${parts.length} packages</summary>`,
          ...table(["Package", "Coverage"], parts),
          "",
          "</details>",
        ]
      : []),
  ];
}

function figureLines({ figures }) {
  const rows = figures.map(({ name, value, unit = "", before, limit }) => {
    const amount = (number) => (number === undefined ? "" : `${rounded(number)}${unit && ` ${unit}`}`);
    return [codeSpan(name), amount(value), before === undefined ? "" : signed(value - before), amount(limit)];
  });
  return table(["Figure", "Now", "Change", "Limit"], rows);
}

const findingLines = ({ findings }) =>
  table(
    ["Where", "Rule"],
    findings.map(({ path, line, rule }) => [codeSpan(line === undefined ? path : `${path}:${line}`), codeSpan(rule)]),
  );

function bodyOf(figures) {
  const left =
    figures.left > 0
      ? ["", `${figures.left} rows were left out: too many, or with a name or number that is not allowed here.`]
      : [];
  const details = /^\d+$/.test(run) ? ["", `[Details](${server}/${repository}/actions/runs/${run})`] : [];
  return [
    marker,
    `### ${prose(title)}`,
    "",
    ...coverageLines(figures),
    ...figureLines(figures),
    ...findingLines(figures),
    ...left,
    ...details,
    "",
  ].join("\n");
}

async function comment() {
  if (!/^[1-9]\d{0,9}$/.test(pullNumber)) throw new Error(`"${pullNumber}" is not the number of a pull request`);
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(markerName))
    throw new Error(`the plan says nothing of the comment of ${CONSUMER}; generate the files again`);
  if (!existsSync(figuresFile)) {
    say(`There is no file ${figuresFile}: the job that writes it did not get that far. Nothing is commented.`);
    return "none";
  }
  let figures;
  try {
    figures = readFigures(readFileSync(figuresFile, "utf8"));
  } catch (error) {
    throw new Error(`${figuresFile} cannot be read: ${error.message}`);
  }
  const body = bodyOf(figures);
  const comments = await github.all(`/repos/${repository}/issues/${pullNumber}/comments`);
  const ours = comments.find(
    (one) => one.user?.type === "Bot" && one.user.login === AUTHOR && one.body?.startsWith(marker),
  );
  if (ours?.body === body) return "unchanged";
  if (ours) await github.patch(`/repos/${repository}/issues/comments/${ours.id}`, { body });
  else await github.post(`/repos/${repository}/issues/${pullNumber}/comments`, { body });
  return ours ? "updated" : "created";
}

try {
  const result = await comment();
  say(`The comment on pull request ${pullNumber}: ${result}`);
  setOutput("comment", result);
} catch (error) {
  // Refused for its rights: 403, or a locked conversation. A rate limit is refused with 403 too, after patience.
  if (error.status === 403 && !/rate limit/i.test(error.reason ?? "")) {
    warn(
      `This job may not comment on pull request ${pullNumber}, as is usual when it comes from a fork (GitHub: ${error.reason}). The figures are in the job's summary.`,
    );
    setOutput("comment", "none");
  } else {
    complain(`The comment could not be written: ${error.message}.`);
    process.exitCode = 1;
  }
}
