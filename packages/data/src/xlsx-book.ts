/** What an Excel workbook consists of: its sheets by name, and the parts that one of them needs. */
import { DataError } from "./errors.ts";
import { readZip, type ZipMember } from "./zip.ts";

/** A sheet of cells, or of something else such as a chart. */
interface SheetEntry {
  readonly name: string;
  readonly member: ZipMember | undefined;
}

/** A workbook. */
export interface Workbook {
  readonly sheets: readonly SheetEntry[];
  /** Everything but the sheets that a sheet may need: names, relations, styles and shared texts. */
  readonly parts: readonly ZipMember[];
}

const what = "an Excel workbook (.xlsx)";

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

const unescaped = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{1,4}));/gi, (whole, decimal, hex, name) => {
    if (name) return entities[name] ?? whole;
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });

/** The value of an attribute, whatever the prefix of its name. */
const attribute = (attributes: string, name: string): string | undefined => {
  for (const [, found, double, single] of attributes.matchAll(/[\s:](\w{1,40})=(?:"([^"]*)"|'([^']*)')/g))
    if (found === name) return unescaped(double ?? single!);
  return;
};

/** The attributes of all elements of a name. */
const tags = (xml: string, name: string): string[] =>
  [...xml.matchAll(/<(?:\w{1,20}:)?(\w{1,40})(?=[\s/>])([^<>]*)>/g)].flatMap(([, found, attributes]) =>
    found === name ? [attributes!] : [],
  );

/** Opens a workbook. @throws DataError for damaged files, and for what is no workbook */
export const openWorkbook = async (path: string): Promise<Workbook> => {
  const members = await readZip(path, what);
  const byName = new Map(members.map((member) => [member.name.replace(/^\//, ""), member]));
  const text = (name: string): string => {
    const member = byName.get(name);
    if (member) return new TextDecoder().decode(member.read());
    const fix = "Save it as .xlsx in a spreadsheet; .xlsb and .ods are not read";
    throw new DataError({ path, expected: what, found: `an archive without ${name}`, fix });
  };
  const targets = new Map<string, string>();
  for (const relation of tags(text("xl/_rels/workbook.xml.rels"), "Relationship")) {
    const target = attribute(relation, "Target") ?? "";
    if (!/\/worksheet$/.test(attribute(relation, "Type") ?? "")) continue;
    targets.set(attribute(relation, "Id") ?? "", target.startsWith("/") ? target.slice(1) : `xl/${target}`);
  }
  const sheets = tags(text("xl/workbook.xml"), "sheet").map((sheet): SheetEntry => {
    const target = targets.get(attribute(sheet, "id") ?? "");
    return { name: attribute(sheet, "name") ?? "", member: target === undefined ? undefined : byName.get(target) };
  });
  const isSheet = new Set(sheets.map(({ member }) => member));
  const parts = members.filter(
    (member) =>
      !isSheet.has(member) &&
      (/^\/?xl\/[^/]*\.xml$/i.test(member.name) || member.name.replace(/^\//, "") === "xl/_rels/workbook.xml.rels"),
  );
  return { sheets, parts };
};
