/** `scorefield/verify`: checks against closed forms, for samplers of one's own too. */
import "#runtime";

export * from "@scorefield/verify";
