/** Published advisories on actions: GitHub's advisory database, ecosystem "GitHub Actions". */
import type { Version } from "./versions.ts";

export interface Advisory {
  id: string;
  what: string;
  /** The first version that is affected; nothing: all before `fixed`. */
  from?: Version;
  /** The first version that is not. */
  fixed?: Version;
  /** Commits that carried an attacker's code. */
  commits?: readonly string[];
  /** Only the tags were moved: a commit that is named in full is what it was. */
  tagsOnly?: boolean;
}

export const ADVISORIES: Readonly<Record<string, readonly Advisory[]>> = {
  "tj-actions/changed-files": [
    {
      id: "CVE-2025-30066",
      what: "its tags were moved to code that prints secrets into the log in March 2025",
      commits: ["0e58ed8671d6b60d0890c21b07f8835ace038e67"],
      tagsOnly: true,
      fixed: [46, 0, 1],
    },
    { id: "CVE-2023-51664", what: "names of changed files reach scripts unescaped", fixed: [41] },
  ],
  "reviewdog/action-setup": [
    {
      id: "CVE-2025-30154",
      what: "its tag was moved to code that prints secrets into the log in March 2025",
      commits: ["f0d342d24037bb11d26b9bd8496e0808ba32e9ec"],
    },
  ],
  "aquasecurity/trivy-action": [
    {
      id: "CVE-2026-33634",
      what: "nearly all tags before 0.35.0 were moved to code that steals secrets in March 2026",
      tagsOnly: true,
      fixed: [0, 35, 0],
    },
  ],
  "tj-actions/verify-changed-files": [
    { id: "CVE-2023-52137", what: "names of changed files reach scripts unescaped", fixed: [17] },
  ],
  "tj-actions/branch-names": [
    { id: "CVE-2023-49291", what: "a branch's name is run as code", fixed: [7, 0, 7] },
    { id: "CVE-2025-54416", what: "a branch's name is run as code", fixed: [9] },
  ],
  "actions/download-artifact": [
    {
      id: "CVE-2024-42471",
      what: "a crafted artifact writes files outside of its folder",
      from: [4, 0, 0],
      fixed: [4, 1, 3],
    },
  ],
  "dawidd6/action-download-artifact": [
    {
      id: "GHSA-5xr6-xhww-33m4",
      what: "it takes artifacts of forks' runs as if they were the repository's own",
      fixed: [6],
    },
  ],
  "atlassian/gajira-create": [{ id: "CVE-2020-14188", what: "an issue's text is run as code", fixed: [2, 0, 1] }],
  "atlassian/gajira-comment": [{ id: "CVE-2020-14189", what: "a comment's text is run as code", fixed: [2, 0, 2] }],
  "hashicorp/vault-action": [
    { id: "CVE-2021-32074", what: "secrets of several lines are printed into the log", fixed: [2, 2, 0] },
  ],
  "ericcornelissen/git-tag-annotation-action": [
    { id: "CVE-2020-15272", what: "the `tag` input is run as code", fixed: [1, 0, 1] },
  ],
  "check-spelling/check-spelling": [
    { id: "CVE-2021-32724", what: "pull requests can read the token", fixed: [0, 0, 19] },
  ],
  "rlespinasse/github-slug-action": [
    { id: "CVE-2023-27581", what: "a branch's name is run as code", from: [4, 0, 0], fixed: [4, 4, 1] },
  ],
  "embano1/wip": [{ id: "CVE-2023-30623", what: "a pull request's title is run as code", fixed: [2] }],
  "github/codeql-action": [
    {
      id: "CVE-2025-24362",
      what: "the artifact that a failed analysis leaves holds the environment with its secrets",
      from: [3, 26, 11],
      fixed: [3, 28, 3],
    },
    {
      id: "CVE-2025-24362",
      what: "the artifact that a failed analysis leaves holds the environment with its secrets",
      from: [2, 26, 11],
      fixed: [3],
    },
  ],
  "gradle/gradle-build-action": [
    { id: "CVE-2023-30853", what: "secrets of the environment are kept in the cache", fixed: [2, 4, 2] },
  ],
  "azure/setup-kubectl": [
    {
      id: "CVE-2023-23939",
      what: "the program that it installs can be replaced by any user of the runner",
      fixed: [3],
    },
  ],
  "lycheeverse/lychee-action": [
    { id: "CVE-2024-48908", what: "the `lycheeVersion` input is run as code", fixed: [2, 0, 2] },
  ],
  "step-security/harden-runner": [
    { id: "CVE-2024-52587", what: "variables of the environment are run as code", fixed: [2, 10, 2] },
  ],
  "sonarsource/sonarqube-scan-action": [
    { id: "CVE-2025-58178", what: "the `args` input is run as code", from: [4, 0, 0], fixed: [5, 3, 1] },
  ],
  "canonical/get-workflow-version-action": [
    { id: "CVE-2025-31479", what: "the token is printed when it fails", fixed: [1, 0, 1] },
  ],
  "bullfrogsec/bullfrog": [
    { id: "CVE-2025-47775", what: "DNS over TCP leaves the runner unfiltered", fixed: [0, 8, 4] },
  ],
};
