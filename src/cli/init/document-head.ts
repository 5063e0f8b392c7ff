import { type Node, nameOf, visit } from '../../pipeline/source/syntax-tree.js';

/** What takes the place of the root layout until an error is gone (App Router). */
const PASSING_DOCUMENT = /(?:^|[\\/])global-error\.\w+$/;

interface JsxNode extends Node {
  children?: JsxNode[];
}

/** The only `<html>` of a file, or the `<Html>` of `_document`: of several, one goes when another comes. */
export function onlyDocument(file: string, tree: Node): JsxNode | undefined {
  const documents: Node[] = [];
  visit(tree, (node) => {
    if (['html', 'Html'].includes(nameOf(node.openingElement?.name) ?? '')) documents.push(node);
  });
  return documents.length === 1 && !PASSING_DOCUMENT.test(file) ? documents[0] : undefined;
}

/** What a document holds in every case, as far as nothing is in front of it that may have stylesheets of its own. */
export function leadingElements(document: JsxNode): Set<Node> {
  const found = new Set<Node>();
  const isOfNext = nameOf(document.openingElement?.name) === 'Html';
  addChildren(document);
  return found;

  /** @returns whether those behind them lead as well. */
  function addChildren({ children = [] }: JsxNode): boolean {
    return children.every((child) => {
      if (child.type === 'JSXText' || child.expression?.type === 'JSXEmptyExpression') return true;
      const name = nameOf(child.openingElement?.name) ?? '';
      // What they hold may never count.
      if (name === 'noscript' || name === 'template') return true;
      if (child.type !== 'JSXFragment' && !isElementOfHead(name) && !(isOfNext && name === 'Head')) return false;
      found.add(child);
      return addChildren(child);
    });
  }
}

/** Components, save for the `<Head>` of `_document`, may leave out what they are given, or have stylesheets of their own. With the body begins what others put in the head as well, such as what Next bundles. */
function isElementOfHead(name: string): boolean {
  return /^[a-z]/.test(name) && name !== 'body';
}
