/** "transport=tcp" a line, as people write options, and as the API takes them. */
export type Options = Record<string, string>;

export class BadLine extends Error {
  constructor(readonly line: string) {
    super(line);
  }
}

/** Throws BadLine. */
export function parseOptions(text: string): Options {
  const options: Options = {};
  for (const line of text.split("\n").map((one) => one.trim())) {
    if (line === "") continue;
    const equals = line.indexOf("=");
    const name = line.slice(0, Math.max(equals, 0)).trim();
    const value = line.slice(equals + 1).trim();
    if (name === "" || value === "") throw new BadLine(line);
    options[name] = value;
  }
  return options;
}
