/** The files of `templates/` that may be emitted, by their path below that folder. Made by `programs-module.mjs`. */
declare module "pipewright:programs" {
  export const files: Readonly<Record<string, string>>;
  /** The SHA-256 of each file, so that nothing has to be hashed where the files are written. */
  export const digests: Readonly<Record<string, string>>;
}
