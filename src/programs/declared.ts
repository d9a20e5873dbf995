// The inputs of each program. Made from the files templates/<program>/action.yml by `npm run programs`; a test keeps it
// fresh.
import type { Scalar } from "../workflow/model.ts";

export interface ProgramInputs {
  approved: { environment: Scalar; version: Scalar };
  "await-tests": { "gh-token": Scalar; needs: Scalar; pipeline?: Scalar; sha: Scalar; tag: Scalar };
  "check-coverage": { consumer: Scalar; "coverage-file"?: Scalar; pipeline?: Scalar };
  "check-needs": { needs: Scalar };
  "check-sizes": { build: Scalar; pipeline?: Scalar };
  "clean-run": {
    class: Scalar;
    commit: Scalar;
    "gh-token": Scalar;
    needs: Scalar;
    pipeline?: Scalar;
    staging: Scalar;
    tag: Scalar;
  };
  cleanup: { "gh-token": Scalar; pipeline?: Scalar };
  "collect-diagnostics": { commands?: Scalar; consumer: Scalar; paths?: Scalar; pipeline?: Scalar };
  comment: { consumer: Scalar; "gh-token": Scalar; pipeline?: Scalar; "pr-number": Scalar };
  "confirm-image": { build: Scalar; class?: Scalar; consumer: Scalar; images?: Scalar; pipeline?: Scalar };
  "container-logs": { consumer: Scalar; pipeline?: Scalar };
  "copy-image": {
    build: Scalar;
    channel?: Scalar;
    digest: Scalar;
    "gh-token"?: Scalar;
    pipeline?: Scalar;
    sha: Scalar;
    tags?: Scalar;
    target?: Scalar;
    version?: Scalar;
  };
  "decide-version": { pipeline?: Scalar; plan: Scalar };
  "export-image": { class?: Scalar; group: Scalar; pipeline?: Scalar; to: Scalar };
  "export-sboms": { digests: Scalar; pipeline?: Scalar; target: Scalar };
  "find-changes": { "gh-token": Scalar; pipeline?: Scalar };
  flakes: { "gh-token": Scalar; pipeline?: Scalar };
  "github-release": { "gh-token": Scalar; pipeline?: Scalar; prerelease?: Scalar; sha?: Scalar; target: Scalar };
  "judge-run": {
    class: Scalar;
    consumer?: Scalar;
    covered?: Scalar;
    needs: Scalar;
    passed?: Scalar;
    pipeline?: Scalar;
  };
  "log-in": { optional?: Scalar; password: Scalar; pipeline?: Scalar; registry: Scalar; username?: Scalar };
  metrics: { "gh-token": Scalar; pipeline?: Scalar };
  "name-place": { consumer: Scalar; matrix?: Scalar; pipeline?: Scalar };
  notify: {
    channel: Scalar;
    consumer?: Scalar;
    delta?: Scalar;
    event?: Scalar;
    needs?: Scalar;
    pipeline?: Scalar;
    "webhook-url"?: Scalar;
  };
  "open-pull-request": { base: Scalar; digest: Scalar; "gh-token": Scalar; pipeline?: Scalar; tag: Scalar };
  "plan-build": { "gh-token"?: Scalar; nightly?: Scalar; pipeline?: Scalar };
  preflight: { pipeline?: Scalar; present: Scalar };
  "prepare-base": { base: Scalar; pipeline?: Scalar };
  "prepare-build": { entry?: Scalar; group: Scalar; pipeline?: Scalar; plan: Scalar; version?: Scalar };
  promote: {
    "gh-token": Scalar;
    nightly?: Scalar;
    password?: Scalar;
    pipeline?: Scalar;
    "source-tag"?: Scalar;
    username?: Scalar;
  };
  "prune-caches": { "dry-run"?: Scalar; "gh-token": Scalar; pipeline?: Scalar };
  "publish-image": { group: Scalar; images?: Scalar; pipeline?: Scalar; plan: Scalar };
  "publish-maven": {
    pipeline?: Scalar;
    "portal-password": Scalar;
    "portal-username": Scalar;
    "signing-key": Scalar;
    "signing-password"?: Scalar;
    target: Scalar;
    version?: Scalar;
  };
  "publish-npm": { "dist-tag"?: Scalar; pipeline?: Scalar; target: Scalar; version?: Scalar };
  "read-verdicts": { "gh-token": Scalar; needs: Scalar; pipeline?: Scalar; sha: Scalar };
  "release-notes": { pipeline?: Scalar };
  "report-status": { consumer: Scalar; "gh-token": Scalar; needs: Scalar; pipeline?: Scalar };
  "resolve-image": {
    consumer: Scalar;
    "gh-token": Scalar;
    password?: Scalar;
    pending?: Scalar;
    pipeline?: Scalar;
    username?: Scalar;
  };
  "run-with-retries": {
    commands: Scalar;
    consumer?: Scalar;
    pipeline?: Scalar;
    "retry-attempts"?: Scalar;
    "retry-delay"?: Scalar;
  };
  "sign-image": { build: Scalar; digest: Scalar; pipeline?: Scalar; target?: Scalar };
  "start-container": { args?: Scalar; consumer: Scalar; environment?: Scalar; pipeline?: Scalar };
  "take-image": {
    class?: Scalar;
    consumer: Scalar;
    "gh-token"?: Scalar;
    images?: Scalar;
    password?: Scalar;
    pipeline?: Scalar;
    tag?: Scalar;
    trusted?: Scalar;
    username?: Scalar;
  };
  "wait-healthy": { consumer?: Scalar; interval?: Scalar; pipeline?: Scalar; timeout?: Scalar; url?: Scalar };
  "wait-until": { commands: Scalar; consumer: Scalar; pipeline?: Scalar };
  "withdraw-tags": { digests: Scalar; "dry-run"?: Scalar; "gh-token": Scalar; pipeline?: Scalar; tag: Scalar };
  "write-record": { images?: Scalar; needs?: Scalar; pipeline?: Scalar; plan: Scalar };
}

export type ProgramName = keyof ProgramInputs;
