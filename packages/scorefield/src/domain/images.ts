export * from "@scorefield/domain/images";
