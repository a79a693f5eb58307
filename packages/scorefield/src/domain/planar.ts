export * from "@scorefield/domain/planar";
