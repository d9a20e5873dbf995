// ZIP archives as artifacts are: read from memory, by the central directory, within limits. The archive is untrusted: a
// small one must not unpack into more than there is memory for.
import { inflateRawSync } from "node:zlib";

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
export const LOCAL_ENTRY = 0x04034b50;
export const LONGEST_COMMENT = 0xffff;

/**
 * The files of an archive whose names are wanted, as `{ name, bytes }`. All of them together unpack to at most
 * `mostBytes`; the archive lists at most `mostEntries`. Throws an error that says what is wrong with it.
 */
export function readZip(archive, isWanted, { mostBytes, mostEntries }) {
  const end = findDirectoryEnd(archive);
  const entries = archive.readUInt16LE(end + 10);
  let at = archive.readUInt32LE(end + 16);
  if (entries > mostEntries) throw new Error(`the archive lists ${entries} files, more than ${mostEntries}`);
  const files = [];
  let left = mostBytes;
  for (let index = 0; index < entries; index += 1) {
    const entry = readEntry(archive, at);
    at = entry.next;
    if (entry.name.endsWith("/") || !isWanted(entry.name)) continue;
    const bytes = unpack(archive, entry, left);
    left -= bytes.length;
    files.push({ name: entry.name, bytes });
  }
  return files;
}

/** The record at the end may be followed by a comment. @param archive all of it, or its end */
export function findDirectoryEnd(archive) {
  for (let at = archive.length - 22; at >= Math.max(0, archive.length - 22 - LONGEST_COMMENT); at -= 1) {
    if (archive.readUInt32LE(at) === END_OF_DIRECTORY && at + 22 + archive.readUInt16LE(at + 20) === archive.length)
      return at;
  }
  throw new Error("this is no ZIP archive");
}

/** @param archive all of it, or its directory */
export function readEntry(archive, at) {
  if (at + 46 > archive.length || archive.readUInt32LE(at) !== DIRECTORY_ENTRY)
    throw new Error("the archive's directory is broken");
  const nameEnd = at + 46 + archive.readUInt16LE(at + 28);
  const extraEnd = nameEnd + archive.readUInt16LE(at + 30);
  return {
    name: archive.toString("utf8", at + 46, nameEnd),
    encrypted: (archive.readUInt16LE(at + 8) & 1) === 1,
    method: archive.readUInt16LE(at + 10),
    packed: archive.readUInt32LE(at + 20),
    size: archive.readUInt32LE(at + 24),
    offset: archive.readUInt32LE(at + 42),
    extra: archive.subarray(nameEnd, extraEnd),
    next: extraEnd + archive.readUInt16LE(at + 32),
  };
}

function unpack(archive, { name, encrypted, method, packed, size, offset }, most) {
  const problem = (text) => new Error(`${name} in the archive ${text}`);
  if (encrypted) throw problem("is encrypted");
  if (size > most) throw problem(`is larger than the ${most} bytes that are left`);
  if (offset + 30 > archive.length || archive.readUInt32LE(offset) !== LOCAL_ENTRY)
    throw problem("is not where the directory says");
  const start = offset + 30 + archive.readUInt16LE(offset + 26) + archive.readUInt16LE(offset + 28);
  if (start + packed > archive.length) throw problem("is cut off");
  const content = archive.subarray(start, start + packed);
  if (method === 0) {
    if (packed !== size) throw problem("has another size than the directory says");
    return content;
  }
  if (method !== 8) throw problem(`is packed in a way that is not known (${method})`);
  if (size === 0) return Buffer.alloc(0);
  try {
    // The size in the directory is a claim: what unpacks to more stops there.
    return inflateRawSync(content, { maxOutputLength: size });
  } catch (error) {
    throw problem(`cannot be unpacked (${error.code ?? error.message})`);
  }
}
