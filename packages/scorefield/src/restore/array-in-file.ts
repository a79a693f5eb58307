/** A file of arrays, and which of them: `archive.npz#mask`. */

/** @returns the path, and the name after the last # of a path to an .npz or HDF5 file */
export const arrayInFile = (text: string): { readonly path: string; readonly array?: string } => {
  const at = text.lastIndexOf("#");
  const [path, array] = [text.slice(0, at), text.slice(at + 1)];
  return at > 0 && array !== "" && /\.(npz|h5|hdf5)$/i.test(path) ? { path, array } : { path: text };
};
