/** Types of zip.mjs, for the tests. */
export interface Limits {
  readonly mostBytes: number;
  readonly mostEntries: number;
}
export function readZip(
  archive: Buffer,
  isWanted: (name: string) => boolean,
  limits: Limits,
): { readonly name: string; readonly bytes: Buffer }[];
