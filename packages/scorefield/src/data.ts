/** `scorefield/data`: readers and writers of tables, arrays and images. */
export * from "@scorefield/data";
