/**
 * What a reader found wrong in two real pipelines, before the rules of the family `pipeline` were run on them: every
 * workflow read line by line. The lines are those of the files at `../shared/corpus/repos`.
 */

export interface Expectation {
  file: string;
  /** Any of these lines will do: a fault that spans a job has several good places. */
  lines: readonly number[];
  rule: string;
  because: string;
}

export const EXPECTED: Readonly<Record<string, readonly Expectation[]>> = {
  charon: [
    {
      file: "docker-publish.yml",
      lines: [104],
      rule: "ref-on-pull-request",
      because: "github.ref_name is `12/merge` on a pull request, so the tag is no branch's name",
    },
    {
      file: "docker-publish.yml",
      lines: [101, 107, 110, 114, 115],
      rule: "publish-before-check",
      because: "`latest` is pushed before Trivy and before the job that tests the image",
    },
    {
      file: "docker-publish.yml",
      lines: [101, 107, 110, 115],
      rule: "unserialised-moving-tag",
      because: "two pushes to main may finish in the wrong order; no concurrency group serialises them",
    },
    {
      file: "docker-publish.yml",
      lines: [125, 127, 132, 133],
      rule: "scan-not-enforced",
      because: "exit-code 0 and continue-on-error: the table scan can never fail anything",
    },
    {
      file: "docker-publish.yml",
      lines: [135, 138, 141, 143],
      rule: "scan-not-enforced",
      because: "Trivy's SARIF format ignores `severity` unless limit-severities-for-sarif is set",
    },
    {
      file: "docker-publish.yml",
      lines: [195, 211, 212],
      rule: "mutable-test-image",
      because: "on main the test pulls `latest`, which another run may have moved",
    },
    {
      file: "docker-publish.yml",
      lines: [263, 264, 265],
      rule: "redundant-image-build",
      because: "on pull requests build-and-push builds the same context already",
    },
    {
      file: "waf-integration.yml",
      lines: [35, 36, 37],
      rule: "redundant-image-build",
      because: "docker-publish.yml builds the same image on the same events",
    },
    {
      file: "renovate_prune.yml",
      lines: [25, 27, 29, 32, 37],
      rule: "fork-blind",
      because: "a closed pull request from a fork gives neither secret, and github-script stops at the empty token",
    },
  ],
  aaronspindler: [
    {
      file: "cleanup-containers.yml",
      lines: [5],
      rule: "dangling-workflow-run",
      because: "no workflow is called `Deploy to Production`; it is `Pipeline - Deploy`",
    },
    {
      file: "cleanup-containers.yml",
      lines: [34, 35, 39, 40],
      rule: "unsafe-image-cleanup",
      because: "keeps the five newest versions whatever their tags: the deployed one may be older",
    },
    {
      file: "test.yml",
      lines: [29],
      rule: "cancels-main",
      because: "a push to main cancels the tests and the image build of the commit before it",
    },
    {
      file: "test.yml",
      lines: [80, 81, 89, 91, 102],
      rule: "fork-blind",
      because: "pull requests from forks cannot push the test image, and nothing else is built for them",
    },
    {
      file: "test.yml",
      lines: [318, 337, 338, 342, 343],
      rule: "late-retag",
      because: "a job that waits only to give the commit's tag to what the build could have tagged",
    },
    {
      file: "test.yml",
      lines: [359, 360, 364, 365],
      rule: "unsafe-image-cleanup",
      because: "keeps ten versions of the test image whatever run they belong to: a run in progress may lose its own",
    },
    {
      file: "test.yml",
      lines: [94, 96, 140, 171, 172, 343, 344],
      rule: "uppercase-image-name",
      because: "github.repository may hold capitals, an image's name may not",
    },
    {
      file: "deploy.yml",
      lines: [36, 37],
      rule: "wrong-commit-checkout",
      because: "checks out the default branch's tip beside images of workflow_run.head_sha",
    },
  ],
};

/** What the rules found beyond that, and why the reader had not written it down. */
export const FURTHER: Readonly<Record<string, readonly Expectation[]>> = {
  charon: [
    {
      file: "auto-versioning.yml",
      lines: [57],
      rule: "event-starts-nothing",
      because:
        "the reader compared images and not events: the tag is pushed with the job's token, so release-goreleaser.yml never sees it",
    },
  ],
  aaronspindler: [
    {
      file: "test.yml",
      lines: [342],
      rule: "uppercase-image-name",
      because:
        "the reader wrote down the two lines that continue this command; the finding stands at the command's first",
    },
  ],
};
