import path from 'node:path';
import type { Project } from '../../pipeline/project.js';
import { addHeadersRule, headersRule, printHeadersRule } from '../headers/headers-file.js';
import { findHeadersHosts } from '../headers/headers-hosts.js';
import { readUtf8IfThere } from './app-files.js';

/** The outcome for the rule in `public/_headers`. */
export interface HeadersPlan {
  /** The hosts that read the file: `Cloudflare (wrangler.jsonc)`. */
  hosts: readonly string[];
  /** `by-hand`: the author has to decide; `messages` say what about. */
  outcome: 'present' | 'to-add' | 'by-hand';
  file: string;
  /** The new text of the file, under `to-add`. */
  text?: string;
  messages: readonly string[];
}

/**
 * Plans the rule for the hosts that are recognised by their files.
 *
 * @returns `undefined` for an app without such a host.
 * @throws {SmartCacheError} `ERR_SMART_CACHE_FILE_UNREADABLE`
 */
export function planHeaders({ root, publicDir, prefixes, isExport }: Project): HeadersPlan | undefined {
  const { basePath } = prefixes;
  const { names, obstacle, note } = findHeadersHosts({ root, basePath, isExport });
  if (names.length === 0) return undefined;
  const hosts = names.join(' and ');
  const file = path.join(publicDir, '_headers');
  const notes = note === undefined ? [] : [note];
  const plan = (outcome: HeadersPlan['outcome'], ...messages: string[]): HeadersPlan => ({ hosts: names, outcome, file, messages });
  if (obstacle !== undefined) return plan('by-hand', `the rule for ${hosts} was not added to public/_headers: ${obstacle}`);
  const edit = addHeadersRule(readUtf8IfThere(file) ?? '', basePath);
  const rule = headersRule(basePath);
  const pasted = printHeadersRule(rule).trimEnd();
  switch (edit.outcome) {
    case 'unchanged':
      return plan('present', ...notes);
    case 'added':
      return { ...plan('to-add', ...notes), text: edit.text };
    case 'full':
      return plan('by-hand', `public/_headers has ${edit.limit} rules, and Cloudflare reads no more; make room for this one:\n${pasted}`);
    case 'conflict': {
      const found = `public/_headers:${edit.line} says "${edit.written}" for ${edit.path}, which counts for files below ${rule.path} too; it was left as it is.`;
      const overruling = pasted.replace('\n', '\n  ! Cache-Control\n');
      return plan(
        'by-hand',
        `${found} To have these files immutable on ${hosts}, remove it, or write after all other rules:\n${overruling}`,
      );
    }
  }
}
