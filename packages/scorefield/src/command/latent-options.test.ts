import { resolve } from "node:path";
import { expect, test } from "vitest";
import { withFlags } from "./train-recipe.ts";

const given = { recipe: { data: { kind: "images", path: "photos" } }, folder: "." };

test("--latent asks for an autoencoder with its defaults, and keeps what a recipe says of it", () => {
  expect(withFlags(given, {}).recipe.latent).toBeUndefined();
  expect(withFlags(given, { latent: true }).recipe.latent).toEqual({});
  const own = { ...given, recipe: { ...given.recipe, latent: { share: 0.2 } } };
  expect(withFlags(own, { latent: true }).recipe.latent).toEqual({ share: 0.2 });
  const set = ["latent.autoencoder.channels=4", "latent.share=0.5"];
  expect(withFlags(given, { latent: true, set }).recipe.latent).toEqual({ autoencoder: { channels: 4 }, share: 0.5 });
});

test("--codec names a run, relative to the recipe as all its paths, and stands for --latent", () => {
  expect(withFlags(given, { codec: "runs/first" }).recipe.latent).toEqual({ codec: "runs/first" });
  const elsewhere = { ...given, folder: resolve("recipes") };
  expect(withFlags(elsewhere, { codec: "runs/first" }).recipe.latent).toEqual({ codec: "../runs/first" });
});
