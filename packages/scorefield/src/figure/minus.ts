/**
 * A number's text with the minus sign U+2212 in place of hyphens, for figures, pages and terminals. JSON and tables in files
 * keep the hyphen, which programs read as a minus.
 */
export const minus = (text: string): string => text.replaceAll("-", "−");
