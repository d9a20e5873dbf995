/** What the fix of script injection writes, and where it keeps its hands off. */
import { describe, expect, it } from "vitest";
import { applyFixes } from "../../../src/lint/fix.ts";
import { EXAMPLE_PATH } from "../../../src/lint/rule.ts";
import { findingsIn, ruleNamed } from "../../support/lint.ts";

const workflow = (step: string, runner = "ubuntu-latest"): string =>
  `on: issues\njobs:\n  one:\n    runs-on: ${runner}\n    steps:\n${step}`;

async function mended(text: string): Promise<string> {
  let now = text;
  for (let pass = 0; pass < 5; pass++) {
    const findings = await findingsIn({ [EXAMPLE_PATH]: now }, [ruleNamed("script-injection")]);
    now = applyFixes(
      now,
      findings.flatMap(({ fix }) => (fix ? [fix] : [])),
    ).text;
  }
  return now.slice(now.indexOf("    steps:\n") + "    steps:\n".length);
}

const TITLE = "${{ github.event.issue.title }}";
const BODY = "${{ github.event.issue.body }}";
const ENV = `        env:\n          ISSUE_TITLE: ${TITLE}\n`;

describe("in bash", () => {
  it.each([
    ["in double quotes", `echo "New: ${TITLE}!"`, `echo "New: \${ISSUE_TITLE}!"`],
    ["without quotes", `echo ${TITLE}`, `echo "\${ISSUE_TITLE}"`],
    ["as all that is in single quotes", `echo '${TITLE}'`, `echo "\${ISSUE_TITLE}"`],
    ["in an assignment", `title=${TITLE}`, `title="\${ISSUE_TITLE}"`],
    ["in a substitution", `x="$(echo "${TITLE}" | head -1)"`, `x="$(echo "\${ISSUE_TITLE}" | head -1)"`],
  ])("%s", async (_name, before, after) => {
    expect(await mended(workflow(`      - name: Say\n        run: |\n          ${before}\n`))).toBe(
      `      - name: Say\n${ENV}        run: |\n          ${after}\n`,
    );
  });

  it("in a heredoc that the shell expands", async () => {
    const script = (value: string): string =>
      `        run: |\n          cat <<EOF\n          ${value}\n          EOF\n`;
    expect(await mended(workflow(`      - name: Say\n${script(TITLE)}`))).toBe(
      `      - name: Say\n${ENV}${script("${ISSUE_TITLE}")}`,
    );
  });

  it.each([
    ["in a quoted heredoc", `cat <<'EOF'\n          ${TITLE}\n          EOF`],
    ["beside other text in single quotes", `echo 'New: ${TITLE}'`],
    ["in arithmetic", `echo $((${TITLE} + 1))`],
    ["in code for another program", `python -c "print('${TITLE}')"`],
    ["in eval", `eval "echo ${TITLE}"`],
    ["in backticks", `x=\`echo ${TITLE}\``],
  ])("not %s", async (_name, script) => {
    const step = `      - name: Say\n        run: |\n          ${script}\n`;
    expect(await mended(workflow(step))).toBe(step);
  });

  it("uses the variable that is there", async () => {
    expect(await mended(workflow(`      - run: echo "${TITLE}"\n        env:\n          SUBJECT: ${TITLE}\n`))).toBe(
      `      - run: echo "\${SUBJECT}"\n        env:\n          SUBJECT: ${TITLE}\n`,
    );
    expect(
      await mended(workflow(`      - run: echo "\${{ env.SUBJECT }}"\n        env:\n          SUBJECT: ${TITLE}\n`)),
    ).toBe(`      - run: echo "\${SUBJECT}"\n        env:\n          SUBJECT: ${TITLE}\n`);
  });

  it("does not take a name that means something else", async () => {
    expect(await mended(workflow(`      - run: ISSUE_TITLE=x; echo "${TITLE}"\n`))).toContain(
      `ISSUE_TITLE_TEXT: ${TITLE}`,
    );
  });

  it("moves several values of one script", async () => {
    expect(await mended(workflow(`      - name: Say\n        run: echo "${TITLE} ${BODY}" "${TITLE}"\n`))).toBe(
      `      - name: Say\n        env:\n          ISSUE_TITLE: ${TITLE}\n          ISSUE_BODY: ${BODY}\n        run: echo "\${ISSUE_TITLE} \${ISSUE_BODY}" "\${ISSUE_TITLE}"\n`,
    );
  });
});

describe("in other languages", () => {
  it("writes PowerShell's way", async () => {
    expect(await mended(workflow(`      - shell: pwsh\n        run: Write-Host "${TITLE}"\n`))).toContain(
      'run: Write-Host "$env:ISSUE_TITLE"',
    );
    expect(await mended(workflow(`      - run: Write-Host "${TITLE}"\n`, "windows-latest"))).toContain(
      'run: Write-Host "$env:ISSUE_TITLE"',
    );
  });

  it("writes JavaScript's way", async () => {
    expect(
      await mended(
        workflow(
          `      - uses: actions/github-script@v8\n        with:\n          script: |\n            console.log(\`${TITLE}\`);\n`,
        ),
      ),
    ).toContain("console.log(process.env.ISSUE_TITLE);");
  });

  it("leaves cmd alone, which replaces its variables as text", async () => {
    const step = `      - shell: cmd\n        run: echo "${TITLE}"\n`;
    expect(await mended(workflow(step))).toBe(step);
  });
});
