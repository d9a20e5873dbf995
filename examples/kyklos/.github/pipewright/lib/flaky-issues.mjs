// One issue for each quarantined test: opened once, kept up to date, and commented when the test has stopped.
import { createHash } from "node:crypto";
import { codeSpan } from "./markdown.mjs";
import { plain, say, warn } from "./log.mjs";

/** A flood of issues helps nobody: the rest comes with the next report. */
const MOST_NEW_ISSUES = 10;
const STOPPED = "<!-- pipewright-flaky-test: stopped -->";

const markerOf = (suite, test) =>
  `<!-- pipewright-flaky-test: ${createHash("sha256").update(`${suite}\n${test}`).digest("hex").slice(0, 32)} -->`;
const titleOf = ({ test, suite }) => plain(`Flaky test in ${suite}: ${test}`).replaceAll("@", "@\u200b").slice(0, 200);

function bodyOf(
  { suite, test, flakyFailures, failures, failuresPer100Runs, lastSeen, runs },
  { address, runs: window },
) {
  return `${markerOf(suite, test)}
${codeSpan(test)} of the suite ${codeSpan(suite)} failed and passed on the same code, in the last ${window} runs ${flakyFailures} ${flakyFailures === 1 ? "time" : "times"}.

| | |
|---|---|
| Failures on code that also passed | ${flakyFailures} |
| Failures in all | ${failures} |
| Failures in 100 runs | ${failuresPer100Runs} |
| Last seen | ${codeSpan(lastSeen)} |
| Runs | ${runs.map((id) => `[${id}](${address}/actions/runs/${id})`).join(", ")} |

The test stays in quarantine until it has stopped. Mend it, or remove it: look at timing, shared state and races first. This text is kept up to date.
`;
}

/**
 * Writes the issues of a repository. `flaky` are all flaky tests of the report; `isRead(suite)` says whether the suite's
 * results are known, so that their absence means something. Only issues with the label that `author` opened are touched.
 */
export async function writeIssues(github, flaky, isRead, { repository, label, author, address, runs }) {
  const listed = await github.all(`/repos/${repository}/issues?state=all&labels=${encodeURIComponent(label)}`, {
    most: 1000,
  });
  const ours = listed.filter(
    (issue) => !issue.pull_request && issue.user?.login === author && issue.user?.type === "Bot",
  );
  const issueOf = (marker) =>
    ours.filter(({ body }) => body?.startsWith(marker)).sort((a, b) => a.number - b.number)[0];
  const path = (number) => `/repos/${repository}/issues/${number}`;
  let opened = 0;
  let late = 0;
  const seen = new Set();

  for (const test of flaky) {
    const issue = issueOf(markerOf(test.suite, test.test));
    const body = bodyOf(test, { address, runs });
    if (issue) {
      seen.add(issue.number);
      // A closed issue stays closed until the test is flaky again: the failures before it was mended still count.
      const reopens =
        issue.state === "closed" && test.quarantine && Date.parse(test.lastSeen) > Date.parse(issue.closed_at);
      if (reopens || (issue.state === "open" && issue.body !== body))
        await github.patch(path(issue.number), { body, ...(reopens ? { state: "open" } : {}) });
      if (reopens)
        await github.post(`${path(issue.number)}/comments`, {
          body: `The test is flaky again: last seen ${codeSpan(test.lastSeen)}.`,
        });
      say(`Issue ${issue.number}: ${test.test}${reopens ? " (opened again)" : ""}`);
    } else if (test.quarantine && opened < MOST_NEW_ISSUES) {
      const { number } = await github.post(`/repos/${repository}/issues`, {
        title: titleOf(test),
        body,
        labels: [label],
      });
      opened += 1;
      say(`Issue ${number} opened: ${test.test}`);
    } else if (test.quarantine) late += 1;
  }
  if (late > 0)
    warn(
      `${late} more tests need an issue. They get one with the next reports: ${MOST_NEW_ISSUES} are opened at a time.`,
    );

  for (const issue of ours.filter(
    ({ number, state, body }) =>
      state === "open" && !seen.has(number) && isOfReadSuite(body, isRead) && !body.includes(STOPPED),
  )) {
    await github.patch(path(issue.number), { body: `${issue.body.trimEnd()}\n${STOPPED}\n` });
    await github.post(`${path(issue.number)}/comments`, {
      body: `In the last ${runs} runs this test did not fail on code on which it also passed. Close the issue if it was mended, and end the quarantine.`,
    });
    say(`Issue ${issue.number}: its test has stopped being flaky`);
  }
}

/** The suite as the issue's own text names it, in its first sentence. */
function isOfReadSuite(body, isRead) {
  const suite = /^<!-- pipewright-flaky-test: [0-9a-f]{32} -->\n`[^`\n]*` of the suite `([^`\n]*)`/.exec(
    body ?? "",
  )?.[1];
  return suite !== undefined && isRead(suite);
}
