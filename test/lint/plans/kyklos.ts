import { job, type PlanDefects } from "./plan.ts";

export const KYKLOS: PlanDefects = {
  system: "Kyklos",
  defects: [
    {
      fault: "A cache path of `$GOPATH/pkg/mod/`: no shell reads `with:`.",
      rule: "shell-syntax-outside-shell",
      files: job(
        "- uses: actions/cache@v4\n  with:\n    path: $GOPATH/pkg/mod\n    key: go-${{ hashFiles('go.sum') }}",
      ),
    },
    {
      fault: "A cache key with the commit and no restore keys: only a re-run of the same commit ever hits it.",
      rule: "useless-cache-key",
      files: job(
        "- uses: actions/cache@v4\n  with:\n    path: bin\n    key: build-${{ hashFiles('**/*.go') }}-${{ github.sha }}",
      ),
    },
    {
      fault: "`schedule:` stands at the top of the file, not under `on:`.",
      rule: "unknown-key",
      files:
        "on: push\nschedule:\n  - cron: 0 2 * * *\njobs:\n  warm:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make warm\n",
    },
    {
      fault: "A job is a list of sentences.",
      rule: "yaml-type",
      files: "on: push\njobs:\n  warm-cache:\n    - Download and cache Go modules\n",
    },
    {
      fault: "`cancel-in-progress: true  # For PRs only` cancels main's runs too.",
      rule: "cancels-main",
      files: job("- run: make", {
        on: "{ push: { branches: [main] }, pull_request: }\nconcurrency:\n  group: ${{ github.workflow }}-${{ github.ref }}\n  cancel-in-progress: true",
      }),
    },
    {
      fault: "`actions/cache@v3` is made for a Node.js that runners no longer have.",
      rule: "retired-runtime",
      files: job("- uses: actions/cache@v3\n  with: { path: bin, key: bin }"),
    },
    {
      fault: "`actions/upload-artifact@v3` is switched off.",
      rule: "retired-action-version",
      files: job("- uses: actions/upload-artifact@v3\n  with: { path: bin }"),
    },
    {
      fault: "Lint and build results are kept for 90 days whatever they are worth.",
      unknowable:
        "How long a result is worth keeping is the team's to say; artifact-retention asks that somebody says it.",
    },
    {
      fault: "One key for the modules and the build cache: the build cache of the first commit is never renewed.",
      unknowable:
        "A key that names go.sum alone is right for modules and wrong for a build cache; both are folders to a linter.",
    },
    {
      fault: "`gh run list --json durationMs`: there is no such field.",
      unknowable: "The fields belong to the version of gh on the runner.",
    },
    {
      fault: "`gh run view <run-id>` redirects from a file called run-id.",
      unknowable: "It stands in a runbook, where `<…>` is for the reader.",
    },
    {
      fault: "`gh run download -n trivy-report.json`: artifacts have the names that their upload gives.",
      unknowable: "The upload is not in the document; with both files present, artifact-mismatch compares them.",
    },
    {
      fault: "Build outcomes are promised to be dropped oldest first from a queue of three.",
      unknowable: "It is a promise of the text; Actions has no such queue.",
    },
  ],
};
