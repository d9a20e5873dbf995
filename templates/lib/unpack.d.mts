/** Types of unpack.mjs, for the tests. */
export function unpackFile(archive: string, name: string, target: string): Promise<void>;
