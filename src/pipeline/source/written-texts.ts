import type { Node } from './syntax-tree.js';

/** A text that is written out in the source. */
export interface Text {
  text: string;
  /** A string, or a template without expressions. */
  literal: Node;
}

/** All texts that a value may turn out to be. */
export function textsOf(value: Node['value']): Text[] {
  return alternativesOf(value).flatMap((literal): Text[] => {
    if (literal.type === 'StringLiteral') return [{ text: String(literal.value), literal }];
    const isText = literal.type === 'TemplateLiteral' && literal.expressions?.length === 0;
    return isText ? [{ text: literal.quasis?.[0]?.value.cooked ?? '', literal }] : [];
  });
}

/** All that a value may turn out to be, without what is said of its type. */
export function alternativesOf(value: Node['value']): Node[] {
  if (typeof value !== 'object' || value === null) return [];
  switch (value.type) {
    case 'JSXExpressionContainer':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
      return alternativesOf(value.expression);
    case 'ConditionalExpression':
      return [...alternativesOf(value.consequent), ...alternativesOf(value.alternate)];
    case 'LogicalExpression':
      return [...alternativesOf(value.left), ...alternativesOf(value.right)];
    default:
      return [value];
  }
}
