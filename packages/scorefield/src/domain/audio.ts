export * from "@scorefield/domain/audio";
