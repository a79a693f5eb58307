/** What is said of images, and what reading them gives. */
import type { Images, SliceAxis } from "@scorefield/data";
import type { DataSettings } from "../settings.ts";

/** Settings of images. */
export interface ImageSettings extends DataSettings {
  readonly kind: "images";
  readonly path: string;
  readonly size?: number;
  readonly greyscale?: boolean;
  readonly fit?: "crop" | "pad" | "stretch";
  readonly labels?: string;
  readonly only?: readonly (string | number)[];
  readonly flip: boolean;
  readonly damaged: "error" | "skip";
  readonly array?: string;
  readonly axis?: SliceAxis;
  readonly range?: readonly number[];
  readonly filled?: number;
  readonly series?: string;
}

/** Images as read. */
export interface ReadImages {
  readonly images: Images;
  readonly settings: ImageSettings;
  /** Runs inside of a folder of images, which are left out of them: relative to it. */
  readonly leftOut?: readonly string[];
  /** What the user should know besides. */
  readonly remarks?: readonly string[];
  /** Values of volumes that were no numbers, and became -1. Left out where there are none. */
  readonly notFinite?: number;
}
