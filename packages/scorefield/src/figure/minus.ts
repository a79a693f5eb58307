/**
 * A number's text with the sign for minus in place of hyphens, for figures and for pages that people read. Terminals, JSON
 * and tables in files keep the hyphen, which programs read as a minus.
 */
export const minus = (text: string): string => text.replaceAll("-", "−");
