/** `--only` and `--skip`: rules and families by name. */
export interface Selection {
  only: readonly string[];
  skip: readonly string[];
}
