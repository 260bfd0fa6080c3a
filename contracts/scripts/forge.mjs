// Runs forge, from the npm package of this platform, and ends with forge's exit status. The launcher package
// @foundry-rs/forge is left out: it ends with 0 whatever forge says (1.7.1), so that a failed check would pass.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";

const CPU = { x64: "amd64", arm64: "arm64" }[process.arch];
const platformPackage = `@foundry-rs/forge-${process.platform}-${CPU}`;

function binary() {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${platformPackage}/package.json`);
    return path.join(path.dirname(manifest), "bin", process.platform === "win32" ? "forge.exe" : "forge");
  } catch (cause) {
    throw new Error(`${platformPackage} is not installed: run \`npm ci\` first`, { cause });
  }
}

const { status, signal, error } = spawnSync(binary(), process.argv.slice(2), { stdio: "inherit" });
if (error) throw error;
if (signal) console.error(`forge was ended by ${signal}`);
process.exitCode = status ?? 70;
