import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { systemErrorCode } from '../core/errors.js';

/** The content of a JSON document, or why it cannot be used. */
export type CheckedDocument = { body: unknown } | UnusableDocument;

export interface UnusableDocument {
  problem: string;
  /** Whether the system could not read the file, so that it may be whole. Default: false. */
  mayBeWhole?: boolean;
}

export { isRecord } from '../core/manifest-document.js';

export const OTHER_VERSION = 'another version of next-smart-cache wrote it';
export const WRONG_CONTENT = 'its checksum is right, but its content is not what next-smart-cache writes';

const HEAD = /^\{"checksum":"([0-9a-f]{64})","body":\n$/;
const HEAD_BYTES = 87;
const END = '\n}\n';

/**
 * Returns the text of a JSON document that begins with the checksum of its body.
 * Hosts and CI carry such documents from build to build and may damage them. The
 * head has a fixed length, so a reader checks the body before it parses anything.
 *
 * @param body JSON.
 */
export function serializeCheckedDocument(body: string): string {
  return `{"checksum":"${checksumOf(body)}","body":\n${body}${END}`;
}

/** Returns `undefined` if the file does not exist. */
export function readCheckedDocument(file: string): CheckedDocument | undefined {
  let bytes: Buffer;
  try {
    bytes = fs.readFileSync(file);
  } catch (error) {
    const systemCode = systemErrorCode(error);
    if (systemCode === 'ENOENT') return undefined;
    return { problem: `it cannot be read (${systemCode ?? String(error)})`, mayBeWhole: systemCode !== 'EISDIR' };
  }
  return parseCheckedDocument(bytes);
}

function parseCheckedDocument(bytes: Buffer): CheckedDocument {
  const checksum = HEAD.exec(bytes.toString('latin1', 0, HEAD_BYTES))?.[1];
  if (checksum === undefined) return { problem: `it has no checksum, so ${OTHER_VERSION}, or another program changed it` };
  const body = bytes.subarray(HEAD_BYTES, -END.length);
  const isWhole = bytes.length >= HEAD_BYTES + END.length && bytes.toString('latin1', bytes.length - END.length) === END;
  if (!isWhole || checksumOf(body) !== checksum) return { problem: 'its checksum is wrong, so another program cut or changed it' };
  try {
    return { body: JSON.parse(body.toString('utf8')) as unknown };
  } catch {
    return { problem: WRONG_CONTENT };
  }
}

function checksumOf(body: string | Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}
