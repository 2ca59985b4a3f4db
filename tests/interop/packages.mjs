// Loads files of the npm packages from where `npm ci` put them: outside of the source tree.
import { webcrypto } from "node:crypto";
import path from "node:path";
import { pathToFileURL } from "node:url";

// Node 18 (Debian 12) has it, but not as a global.
globalThis.crypto ??= webcrypto;

export const packages_folder = path.resolve(
  process.env.MAYFLY_INTEROP_PACKAGES ?? "build/interop/node_modules");

export function load(file) {
  return import(pathToFileURL(path.join(packages_folder, file)).href);
}

export const hex = (bytes) => Buffer.from(bytes).toString("hex");
export const unhex = (text) => new Uint8Array(Buffer.from(text, "hex"));
