/** How the author of a file writes. */
export interface CodeStyle {
  quote: "'" | '"';
  /** `;` or nothing. */
  semicolon: string;
  newline: '\n' | '\r\n';
}

/** Read off the text; what it does not tell is as Next's own templates have it. */
export function styleOf(text: string): CodeStyle {
  const single = text.split("'").length;
  const double = text.split('"').length;
  const lines = text.split(/\r?\n/);
  return {
    quote: single > double ? "'" : '"',
    semicolon: lines.some((line) => line.trimEnd().endsWith(';')) || lines.every((line) => line.trim() === '') ? ';' : '',
    newline: text.includes('\r\n') ? '\r\n' : '\n',
  };
}

/** `import { asset } from "next-smart-cache";`, in the style of a file. */
export function importLine(names: readonly string[], module: string, text: string): string {
  const { quote, semicolon } = styleOf(text);
  return `import { ${names.join(', ')} } from ${quote}${module}${quote}${semicolon}`;
}
