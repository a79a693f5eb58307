export * from "@scorefield/domain/sound-fault";
