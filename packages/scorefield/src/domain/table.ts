export * from "@scorefield/domain/table";
