/** What the test's GitHub knows. Plain data in GitHub's own field names, so that answers are the data itself. */

export interface PackageVersion {
  readonly id: number;
  /** The digest. */
  readonly name: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly metadata: { readonly package_type: "container"; readonly container: { tags: string[] } };
}

export interface Package {
  readonly owner: string;
  readonly name: string;
  versions: PackageVersion[];
  /** Whether the token's repository has the role Admin; true without it. */
  readonly admin?: boolean;
  /** Versions with this many downloads or fewer may be deleted: GitHub's limit is 5,000. */
  readonly downloads?: Readonly<Record<string, number>>;
  /** Called when a version is deleted, for instance to delete the manifest in a registry too. */
  readonly onDelete?: (version: PackageVersion) => void;
}

export interface Run {
  readonly id: number;
  readonly name: string;
  readonly display_title?: string;
  readonly path?: string;
  readonly event: string;
  status: string;
  conclusion: string | null;
  readonly head_branch: string;
  readonly head_sha: string;
  readonly created_at: string;
  readonly run_started_at?: string;
  updated_at: string;
  readonly run_attempt?: number;
  readonly workflow_id?: number;
  readonly html_url?: string;
  readonly pull_requests?: readonly unknown[];
  readonly head_repository?: { readonly full_name: string };
  jobs?: Job[];
  artifacts?: Artifact[];
}

export interface Job {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly created_at?: string;
  readonly started_at: string | null;
  readonly completed_at: string | null;
  readonly steps: readonly Step[];
}

export interface Step {
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly number?: number;
  readonly started_at?: string | null;
  readonly completed_at?: string | null;
}

export interface Artifact {
  readonly id: number;
  readonly name: string;
  readonly created_at: string;
  readonly expired: boolean;
  /** The archive that a download gives. */
  readonly zip?: Buffer;
}

export interface PullRequest {
  readonly number: number;
  state: "open" | "closed";
  title: string;
  body?: string;
  readonly html_url?: string;
  readonly head: {
    readonly ref: string;
    sha: string;
    readonly label: string;
    readonly repo: { readonly full_name: string } | null;
  };
  readonly base: { readonly ref: string };
  readonly created_at?: string;
}

export interface User {
  readonly login: string;
  readonly type: "User" | "Bot";
}

/** Whom the token of a workflow's job writes as. */
export const BOT: User = { login: "github-actions[bot]", type: "Bot" };

export interface Issue {
  readonly number: number;
  readonly title: string;
  body: string;
  state: "open" | "closed";
  closed_at: string | null;
  readonly user: User;
  readonly labels: readonly { readonly name: string }[];
}

/** A comment on an issue or a pull request. */
export interface Comment {
  readonly id: number;
  /** The number of the issue. */
  readonly issue: number;
  body: string;
  readonly user: User;
}

/** A cache of GitHub Actions. */
export interface Cache {
  readonly id: number;
  readonly ref: string;
  readonly key: string;
  readonly last_accessed_at: string;
  readonly created_at: string;
  readonly size_in_bytes: number;
}

export interface CommitStatus {
  readonly id: number;
  readonly sha: string;
  readonly context: string;
  readonly state: string;
  readonly description: string;
  readonly target_url: string;
  readonly created_at: string;
}

export interface CheckRun {
  readonly id: number;
  readonly head_sha: string;
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly completed_at?: string | null;
}

export interface Dispatch {
  readonly kind: "workflow_dispatch" | "repository_dispatch";
  /** The workflow's file or id; "" for a repository dispatch. */
  readonly workflow: string;
  readonly body: unknown;
}

export interface ReleaseAsset {
  readonly id: number;
  readonly name: string;
  state: "uploaded" | "starter";
  size: number;
  digest: string | null;
}

export interface Release {
  readonly id: number;
  tag_name: string;
  name: string;
  body: string;
  draft: boolean;
  prerelease: boolean;
  make_latest: string;
  assets: ReleaseAsset[];
}

export interface GithubState {
  /** `owner/name` of the one repository; every path that names another is answered 404. */
  repository: string;
  users: Record<string, "User" | "Organization">;
  packages: Package[];
  runs: Run[];
  pulls: PullRequest[];
  issues: Issue[];
  comments: Comment[];
  caches: Cache[];
  /** Whether the token may not write issues and comments, as on pull requests from forks. */
  readOnly: boolean;
  /** Whether conversations are locked. */
  locked: boolean;
  /** Newest last. */
  statuses: CommitStatus[];
  checkRuns: CheckRun[];
  /** Branch -> commit. */
  branches: Record<string, string>;
  /** Full SHA -> the committer's date. */
  commits: Record<string, string>;
  /** Full SHA -> the commit's message. */
  messages: Record<string, string>;
  dispatches: Dispatch[];
  /** Drafts included; newest first. */
  releases: Release[];
  /** A real repository behind "Git database"; without it only `branches` answer there. */
  gitFolder?: string;
  /** Called on a dispatch, so that a test can let the workflow run. */
  onDispatch?: (dispatch: Dispatch) => void;
  /** Called before each request is answered: the test's chance to change the state meanwhile. */
  onRequest?: (method: string, path: string) => void | Promise<void>;
  /** The time at which the next status is created. */
  now: () => Date;
}

export const emptyState = (): GithubState => ({
  repository: "o/r",
  users: {},
  packages: [],
  runs: [],
  pulls: [],
  issues: [],
  comments: [],
  caches: [],
  readOnly: false,
  locked: false,
  statuses: [],
  checkRuns: [],
  branches: {},
  commits: {},
  messages: {},
  dispatches: [],
  releases: [],
  now: () => new Date(),
});
