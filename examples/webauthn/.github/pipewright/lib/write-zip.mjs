// ZIP archives, written into memory: every file as it stands, since what goes in is mostly packed already.

/** APPNOTE.TXT of the ZIP format, 4.4.4: names are UTF-8. */
const UTF8_NAMES = 0x0800;
/** 1980-01-01, the format's first day: the same files give the same archive. */
const DATE = 0x0021;
const VERSION_NEEDED = 10;
const MOST_BYTES = 0xffffffff;
const MOST_ENTRIES = 0xffff;

const CRC_TABLE = Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

/** node:zlib has it only since Node.js 22. */
export function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = CRC_TABLE[(value ^ byte) & 0xff] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

/** What the entry's two headers have in common, from the version to the lengths of name and extra field. */
function header({ name, bytes }) {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(VERSION_NEEDED, 0);
  fields.writeUInt16LE(UTF8_NAMES, 2);
  fields.writeUInt16LE(DATE, 8);
  fields.writeUInt32LE(crc32(bytes), 10);
  fields.writeUInt32LE(bytes.length, 14);
  fields.writeUInt32LE(bytes.length, 18);
  fields.writeUInt16LE(Buffer.byteLength(name), 22);
  return fields;
}

function directoryEntry(fields, name, offset) {
  const start = Buffer.alloc(6);
  start.writeUInt32LE(0x02014b50, 0);
  start.writeUInt16LE(VERSION_NEEDED, 4);
  // No comment, first disk, no attributes; then where the entry begins.
  const end = Buffer.alloc(14);
  end.writeUInt32LE(offset, 10);
  return Buffer.concat([start, fields, end, Buffer.from(name)]);
}

/** An archive of `{ name, bytes }`. Throws where the format would need its 64-bit extension. */
export function writeZip(files) {
  if (files.length > MOST_ENTRIES) throw new Error(`An archive cannot hold ${files.length} files.`);
  const entries = [];
  const directory = [];
  let offset = 0;
  for (const file of files) {
    const fields = header(file);
    const signature = Buffer.from([0x50, 0x4b, 0x03, 0x04]);
    const entry = Buffer.concat([signature, fields, Buffer.from(file.name)]);
    directory.push(directoryEntry(fields, file.name, offset));
    entries.push(entry, file.bytes);
    offset += entry.length + file.bytes.length;
    if (offset > MOST_BYTES) throw new Error(`The archive is larger than ${MOST_BYTES} bytes.`);
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...entries, list, end]);
}
