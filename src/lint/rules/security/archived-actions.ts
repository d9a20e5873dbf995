/** Actions whose repositories their owners have archived, and what to use instead. */
export const ARCHIVED: Readonly<Record<string, string>> = {
  "actions-rs/audit-check": "`rustsec/audit-check`",
  "actions-rs/cargo": "a `run:` step with `cargo`",
  "actions-rs/clippy-check": "a `run:` step with `cargo clippy`",
  "actions-rs/grcov": "a `run:` step with `cargo llvm-cov`",
  "actions-rs/install": "`taiki-e/install-action`",
  "actions-rs/tarpaulin": "a `run:` step with `cargo tarpaulin`",
  "actions-rs/toolchain": "`dtolnay/rust-toolchain`, or `rustup`",
  "actions/create-release": "`gh release create`",
  "actions/setup-elixir": "`erlef/setup-beam`",
  "actions/setup-haskell": "`haskell-actions/setup`",
  "actions/setup-ruby": "`ruby/setup-ruby`",
  "actions/upload-release-asset": "`gh release upload`",
  "gradle/gradle-build-action": "`gradle/actions/setup-gradle`",
  "haskell/actions": "`haskell-actions/setup`",
  "sonarsource/sonarcloud-github-action": "`SonarSource/sonarqube-scan-action`",
};
