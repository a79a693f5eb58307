/** The version of this package: beside package.json, since a bundle holds code alone. A test keeps them in step. */
export const version = "0.1.0";
