export * from "@scorefield/domain/event";
