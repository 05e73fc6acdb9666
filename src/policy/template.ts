// Message templates: text with {expressions}. `{{` and `}}` stand for the braces themselves.

/** A piece of a template: text as it is, or the source of an expression and where it starts. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'expression'; readonly source: string; readonly offset: number };

export type TemplateResult =
  | { readonly ok: true; readonly parts: readonly TemplatePart[] }
  | { readonly ok: false; readonly offset: number; readonly message: string };

/** The end of the expression that starts at `from`: its closing brace, those in strings and maps left out. */
function endOfExpression(template: string, from: number): number {
  let depth = 0;
  let quote = '';
  for (let at = from; at < template.length; at++) {
    const character = template[at];
    if (quote !== '') {
      if (character === '\\') at++;
      else if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '{') depth++;
    else if (character === '}') {
      if (depth === 0) return at;
      depth--;
    }
  }
  return -1;
}

/** Splits a template; an unclosed or empty brace is an error with its offset. */
export function parseTemplate(template: string): TemplateResult {
  const parts: TemplatePart[] = [];
  let text = '';
  for (let at = 0; at < template.length; at++) {
    const character = template[at] as string; // at is within the string
    if ((character === '{' || character === '}') && template[at + 1] === character) {
      text += character;
      at++;
    } else if (character === '}') {
      return {
        ok: false,
        offset: at,
        message: 'a closing brace without an opening one; write }} for the character itself',
      };
    } else if (character === '{') {
      const end = endOfExpression(template, at + 1);
      if (end < 0)
        return {
          ok: false,
          offset: at,
          message: 'an opening brace is never closed; write {{ for the character itself',
        };
      const source = template.slice(at + 1, end).trim();
      if (source === '')
        return { ok: false, offset: at, message: 'there is no expression between the braces' };
      if (text !== '') parts.push({ kind: 'text', text });
      text = '';
      parts.push({ kind: 'expression', source, offset: at + 1 });
      at = end;
    } else text += character;
  }
  if (text !== '') parts.push({ kind: 'text', text });
  return { ok: true, parts };
}
