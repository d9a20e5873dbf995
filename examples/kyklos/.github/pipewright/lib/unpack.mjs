// A file of a ZIP archive on the disk, which may be larger than memory: image archives are.
import { closeSync, createReadStream, createWriteStream, fstatSync, openSync, readSync } from "node:fs";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createInflateRaw } from "node:zlib";
import { findDirectoryEnd, LOCAL_ENTRY, LONGEST_COMMENT, readEntry } from "./zip.mjs";

/** PKWARE's APPNOTE, 4.3.14 to 4.3.16 and 4.5.3: what stands instead of a number that has no room. */
const ELSEWHERE_32 = 0xffffffff;
const END_LENGTH = 22;
const LOCATOR_LENGTH = 20;
const LOCATOR = 0x07064b50;
const LARGE_END = 0x06064b50;
const LARGE_EXTRA = 1;
const LOCAL_LENGTH = 30;

/**
 * Unpacks one file of an archive to `target`. The directory's sizes are claims: what unpacks to anything else is refused.
 * Throws an error that says what is wrong with the archive.
 */
export async function unpackFile(archive, name, target) {
  const entry = findEntry(archive, name);
  const { start, packed, size, method } = entry;
  if (method !== 0 && method !== 8) throw new Error(`${name} in the archive is packed in a way that is not known`);
  let left = size;
  const counted = new Transform({
    transform(chunk, _encoding, done) {
      left -= chunk.length;
      done(left < 0 ? new Error(`${name} in the archive is larger than it says`) : null, chunk);
    },
  });
  const content = packed === 0 ? [] : createReadStream(archive, { start, end: start + packed - 1 });
  await pipeline([content, ...(method === 8 ? [createInflateRaw()] : []), counted, createWriteStream(target)]);
  if (left !== 0) throw new Error(`${name} in the archive is cut off`);
}

function findEntry(archive, name) {
  const file = openSync(archive, "r");
  try {
    const { size } = fstatSync(file);
    const read = (position, length) => {
      const bytes = Buffer.alloc(Math.max(0, Math.min(length, size - position)));
      if (readSync(file, bytes, 0, bytes.length, position) < length) throw new Error("the archive is cut off");
      return bytes;
    };
    const directory = readDirectory(read, size);
    for (let at = 0; at < directory.length;) {
      const found = readEntry(directory, at);
      at = found.next;
      if (found.name !== name) continue;
      if (found.encrypted) throw new Error(`${name} in the archive is encrypted`);
      const entry = { ...found, ...largeNumbers(found) };
      const local = read(entry.offset, LOCAL_LENGTH);
      if (local.readUInt32LE(0) !== LOCAL_ENTRY)
        throw new Error(`${name} in the archive is not where the directory says`);
      return { ...entry, start: entry.offset + LOCAL_LENGTH + local.readUInt16LE(26) + local.readUInt16LE(28) };
    }
  } finally {
    closeSync(file);
  }
  throw new Error(`the archive does not hold ${name}`);
}

function readDirectory(read, size) {
  const begin = Math.max(0, size - END_LENGTH - LOCATOR_LENGTH - LONGEST_COMMENT);
  const tail = read(begin, size - begin);
  const end = findDirectoryEnd(tail);
  const offset = tail.readUInt32LE(end + 16);
  const isLarge = end >= LOCATOR_LENGTH && tail.readUInt32LE(end - LOCATOR_LENGTH) === LOCATOR;
  if (!isLarge) return read(offset, tail.readUInt32LE(end + 12));
  const large = read(Number(tail.readBigUInt64LE(end - LOCATOR_LENGTH + 8)), 56);
  if (large.readUInt32LE(0) !== LARGE_END) throw new Error("the archive's directory is broken");
  return read(Number(large.readBigUInt64LE(48)), Number(large.readBigUInt64LE(40)));
}

/** Of these, those that have no room in the entry stand behind its name, in this order. */
function largeNumbers({ size, packed, offset, extra }) {
  const numbers = { size, packed, offset };
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== LARGE_EXTRA) continue;
    let next = at + 4;
    for (const name of Object.keys(numbers)) {
      if (numbers[name] !== ELSEWHERE_32) continue;
      numbers[name] = Number(extra.readBigUInt64LE(next));
      next += 8;
    }
  }
  return numbers;
}
