export * from "@scorefield/domain/glyphs";
