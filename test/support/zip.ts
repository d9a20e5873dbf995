/** ZIP archives as `actions/upload-artifact` makes them, and broken ones. */
import { deflateRawSync } from "node:zlib";

export interface ZipEntry {
  readonly name: string;
  readonly content: Buffer | string;
  /** Stored as it is, without compression. */
  readonly stored?: boolean;
  /** Its sizes follow it, as whoever writes while it compresses does not know them before. */
  readonly described?: boolean;
  /** Its numbers have eight bytes each, as those of more than 4 GB need. */
  readonly large?: boolean;
  /** What the directory claims instead of the true size. */
  readonly claimedSize?: number;
  readonly encrypted?: boolean;
}

export interface ZipOptions {
  readonly comment?: string;
  /** The numbers of the directory have eight bytes each. */
  readonly large?: boolean;
}

/** What stands where a number has no room, and how large the numbers beside it are. */
const ELSEWHERE = 0xffffffff;
const VERSION_LARGE = 45;
const DESCRIBED = 8;

/** One archive of these files. Its checksums are zero: nobody reads them. */
export function zip(entries: readonly ZipEntry[], { comment = "", large = false }: ZipOptions = {}): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const file = Buffer.concat(fileParts(entry));
    parts.push(file);
    directory.push(directoryEntry(entry, offset));
    offset += file.length;
  }
  const listed = Buffer.concat(directory);
  const count = entries.length;
  const largeEnd = large ? largeDirectoryEnd({ count, length: listed.length, offset }) : Buffer.alloc(0);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(large ? 0xffff : count, 8);
  end.writeUInt16LE(large ? 0xffff : count, 10);
  end.writeUInt32LE(large ? ELSEWHERE : listed.length, 12);
  end.writeUInt32LE(large ? ELSEWHERE : offset, 16);
  end.writeUInt16LE(Buffer.byteLength(comment), 20);
  return Buffer.concat([...parts, listed, largeEnd, end, Buffer.from(comment)]);
}

const packedOf = ({ content, stored = false }: ZipEntry): Buffer =>
  stored ? Buffer.from(content) : deflateRawSync(Buffer.from(content));

const flagsOf = ({ encrypted = false, described = false }: ZipEntry): number =>
  (encrypted ? 1 : 0) | (described ? DESCRIBED : 0);

/** The file's own header, without the sizes that nobody reads there; what is packed; and the sizes that may follow it. */
function fileParts(entry: ZipEntry): Buffer[] {
  const name = Buffer.from(entry.name);
  const packed = packedOf(entry);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(flagsOf(entry), 6);
  header.writeUInt16LE(entry.stored ? 0 : 8, 8);
  header.writeUInt16LE(name.length, 26);
  if (!entry.described) return [header, name, packed];
  const descriptor = Buffer.alloc(entry.large ? 24 : 16);
  descriptor.writeUInt32LE(0x08074b50, 0);
  const sizes = eights(packed.length, Buffer.byteLength(entry.content));
  if (entry.large) sizes.copy(descriptor, 8);
  else [0, 8].forEach((at, index) => sizes.copy(descriptor, 8 + 4 * index, at, at + 4));
  return [header, name, packed, descriptor];
}

function directoryEntry(entry: ZipEntry, offset: number): Buffer {
  const name = Buffer.from(entry.name);
  const size = entry.claimedSize ?? Buffer.byteLength(entry.content);
  const packed = packedOf(entry).length;
  const extra = entry.large ? extraField(1, eights(size, packed, offset)) : Buffer.alloc(0);
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(entry.large ? VERSION_LARGE : 20, 6);
  header.writeUInt16LE(flagsOf(entry), 8);
  header.writeUInt16LE(entry.stored ? 0 : 8, 10);
  header.writeUInt32LE(entry.large ? ELSEWHERE : packed, 20);
  header.writeUInt32LE(entry.large ? ELSEWHERE : size, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt32LE(entry.large ? ELSEWHERE : offset, 42);
  return Buffer.concat([header, name, extra]);
}

/** The end of a directory with room for large numbers, and where that is. */
function largeDirectoryEnd({ count, length, offset }: { count: number; length: number; offset: number }): Buffer {
  const end = Buffer.alloc(24);
  end.writeUInt32LE(0x06064b50, 0);
  end.writeBigUInt64LE(44n, 4);
  end.writeUInt16LE(VERSION_LARGE, 12);
  end.writeUInt16LE(VERSION_LARGE, 14);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + length), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([end, eights(count, count, length, offset), locator]);
}

/** Numbers of eight bytes each. */
function eights(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(8 * numbers.length);
  numbers.forEach((number, index) => bytes.writeBigUInt64LE(BigInt(number), 8 * index));
  return bytes;
}

/** A field of those that stand behind a name. */
export function extraField(id: number, content: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(id, 0);
  head.writeUInt16LE(content.length, 2);
  return Buffer.concat([head, content]);
}
