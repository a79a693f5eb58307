export * from "@scorefield/domain/series";
