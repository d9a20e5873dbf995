/** The files of `templates/` that may be emitted: path below that folder -> text. Made by `programs-module.mjs`. */
declare module "pipewright:programs" {
  const files: Readonly<Record<string, string>>;
  export default files;
}
