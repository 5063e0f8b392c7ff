import type { AnyNode, Comment, Options, Program } from 'acorn';
import { createJiti } from 'jiti';

/** A file of the app's own code. */
export interface ParsedSource {
  program: Program;
  comments: readonly Comment[];
  /** Every identifier in it. */
  names: ReadonlySet<string>;
}

/**
 * @param file decides the syntax, by its extension.
 * @throws {SyntaxError} for a text that is neither JavaScript nor TypeScript.
 */
export async function parseSource(file: string, text: string): Promise<ParsedSource> {
  // On demand: only `init` needs a parser.
  const { Parser } = await import('acorn');
  const isTyped = /\.[cm]?ts$/.test(file);
  const parser = isTyped ? Parser.extend((await typeScript()).tsPlugin()) : Parser;
  const comments: Comment[] = [];
  // TypeScript's nodes have places in lines too, and the plugin reads them.
  const options: Options = { ecmaVersion: 'latest', sourceType: 'module', allowHashBang: true, locations: true, onComment: comments };
  const program = parseModuleOrScript();
  const names = new Set([...nodesIn(program)].flatMap((node) => (node.type === 'Identifier' ? node.name : [])));
  return { program, comments, names };

  function parseModuleOrScript(): Program {
    try {
      return parser.parse(text, options);
    } catch (error) {
      // A sloppy script may say more than a module, such as `return` outside of functions.
      comments.length = 0;
      try {
        return Parser.parse(text, { ...options, sourceType: 'commonjs' });
      } catch {
        throw error;
      }
    }
  }
}

/** The plugin is an ES module, and TypeScript compiles `import()` in our CommonJS to `require()`. jiti has the real one. */
function typeScript(): Promise<typeof import('@sveltejs/acorn-typescript')> {
  return createJiti(__filename, { tryNative: true }).import('@sveltejs/acorn-typescript');
}

/** Every node of a tree, parents first, in the order of the text. Without recursion: a long sum is a deep tree. */
export function* nodesIn(root: AnyNode): Iterable<AnyNode> {
  const left: unknown[] = [root];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value !== 'object' || value === null) continue;
    if ('type' in value && typeof value.type === 'string') yield value as AnyNode;
    left.push(...Object.values(value).reverse());
  }
}
