/** What errors of the library advise, in the options of a command. */

/** Names of a list in JSON, as an option takes them; in quotes where a shell would take them apart. */
const namesOf = (list: string): string => {
  const names = JSON.parse(`[${list}]`) as string[];
  const text = names.join(",");
  return /^[\w.,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
};

/** An option with an entry of a list in JSON. A kind's levels may hold a sign that a shell would take for a pipe. */
const kindsOf = (entry: string): string => `--kinds ${namesOf(entry)}`;

const translations: readonly (readonly [RegExp, (...found: string[]) => string])[] = [
  [/\brules: \["(\w+)"\]/g, (_, text) => `--rule ${text}`],
  [/\bmissing: "(model|error|drop)"/g, (_, what) => `--missing ${what}`],
  // Not where the list of names was cut short.
  [/\bexclude: \[((?:"(?:[^"\\]|\\.)*"(?:, )?)+)\]/g, (_, list) => `--exclude ${namesOf(list!)}`],
  [/\bexclude: \["[^[\]]*\]/g, () => "--exclude"],
  [/\bkinds: \[("(?:[^"\\]|\\.)*")\]/g, (_, entry) => kindsOf(entry!)],
  [/\bname it among missingWords: \[("(?:[^"\\]|\\.)*")\]/g, (_, word) => `say --missing-words ${namesOf(word!)}`],
  [/\bname it among missingWords\b/g, () => "name it with --missing-words"],
  [/\bname the ones to read with columns\b/g, () => "name the ones to learn with --columns"],
  [/\bleft by columns and exclude\b/g, () => "left by --columns and --exclude"],
  [/\bexpected labels with only\b/g, () => "expected --labels with --only"],
  [/\bexpected a label with only\b/g, () => "expected --label with --only"],
  [/^sampleTable balance: /, () => "--balance: "],
  [/^sampleTable: row (?=\d+ of like)/, () => "--like: row "],
  [/^trainTogether: expected (?=places)/, () => "--places: expected "],
  [/^conditions: expected at least/, () => "--where: expected at least"],
  [/\ban \.npz file for the option array\b/g, () => "an .npz file for the option --array"],
];

/** The setting of data that begins a message as the option that was given for it: `data.only.0` is `--only`. */
const namedAsGiven = (message: string, args: readonly string[]): string =>
  message.replace(/^data\.([a-z]+)(?:\.\d+)?(?=: )/, (path, name) =>
    args.some((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`)) ? `--${name}` : path,
  );

/**
 * A message of an error with what it advises as options of a command: `missing: "drop"` is `--missing drop`.
 * @param args of the command, which tell an option from a setting of the recipe
 */
export const inOptions = (message: string, args: readonly string[] = []): string =>
  translations.reduce(
    (text, [pattern, translate]) => text.replace(pattern, translate as never),
    namedAsGiven(message, args),
  );
