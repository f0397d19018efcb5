type Token = "any" | { readonly fits: (character: string) => boolean };

/**
 * The pattern of the operator Like (OPC 10000-4, table "Wildcard characters"): % is any text, _ one character, [abc] and [a-c] one of these,
 * [^abc] none of these, \ takes what follows as it is. Takes time in proportion to text x pattern at most: clients choose both.
 */
export function like(text: string, pattern: string): boolean {
  const tokens = parse(pattern);
  const characters = [...text];
  let [at, token, star, from] = [0, 0, -1, 0];
  while (at < characters.length) {
    const now = tokens[token];
    if (now === "any") {
      star = token++;
      from = at;
    } else if (now?.fits(characters[at] as string)) {
      at++;
      token++;
    } else if (star >= 0) {
      // The last % takes one more.
      token = star + 1;
      at = ++from;
    } else {
      return false;
    }
  }
  return tokens.slice(token).every((rest) => rest === "any");
}

function parse(pattern: string): Token[] {
  const tokens: Token[] = [];
  const characters = [...pattern];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] as string;
    const end = character === "[" ? characters.indexOf("]", at + 2) : -1;
    if (character === "%") {
      tokens.push("any");
    } else if (character === "_") {
      tokens.push({ fits: () => true });
    } else if (end > 0) {
      tokens.push(oneOf(characters.slice(at + 1, end)));
      at = end;
    } else {
      const literal = character === "\\" ? (characters[++at] ?? character) : character;
      tokens.push({ fits: (other) => other === literal });
    }
  }
  return tokens;
}

function oneOf(inside: readonly string[]): Token {
  const isNot = inside[0] === "^" && inside.length > 1;
  const list = isNot ? inside.slice(1) : inside;
  const fits = (character: string) =>
    list.some((first, index) =>
      list[index + 1] === "-" && index + 2 < list.length
        ? first <= character && character <= (list[index + 2] as string)
        : first === character,
    );
  return { fits: (character) => fits(character) !== isNot };
}
