/** Types of write-zip.mjs, for the tests. */
export function crc32(bytes: Uint8Array): number;
export function writeZip(files: readonly { readonly name: string; readonly bytes: Uint8Array }[]): Buffer;
