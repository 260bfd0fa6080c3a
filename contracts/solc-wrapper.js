#!/usr/bin/env node
// Answers forge as a native solc would, through npm's solc: `--version`, and `--standard-json` from standard input or a file.
// Nothing else is supported, and imports are read from below --base-path and --include-path only.
import { existsSync, readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { parseArgs } from "node:util";

const handlersBefore = new Set(process.listeners("uncaughtException"));
const solc = createRequire(import.meta.url)("solc");
// The wasm build installs handlers that turn every failure into its own abort.
for (const event of ["uncaughtException", "unhandledRejection"]) {
  for (const handler of process.listeners(event)) {
    if (!handlersBefore.has(handler)) process.removeListener(event, handler);
  }
}

function readArguments() {
  return parseArgs({
    allowPositionals: true,
    options: {
      version: { type: "boolean" },
      "standard-json": { type: "boolean" },
      "base-path": { type: "string" },
      "include-path": { type: "string", multiple: true },
      "allow-paths": { type: "string", multiple: true },
    },
  });
}

/** Prints all of `text`, also to a pipe that takes only a part at a time. */
function print(text) {
  const octets = Buffer.from(text);
  for (let sent = 0; sent < octets.length; ) {
    try {
      sent += writeSync(1, octets, sent);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

function importerFrom(directories) {
  return (name) => {
    for (const directory of directories) {
      const file = path.resolve(directory, name);
      const inside = file.startsWith(path.resolve(directory) + path.sep);
      if (inside && existsSync(file)) return { contents: readFileSync(file, "utf8") };
    }
    return { error: `${name} is in none of ${directories.join(", ")}` };
  };
}

function compile({ values, positionals }) {
  const directories = [values["base-path"] ?? process.cwd(), ...(values["include-path"] ?? [])];
  const input = readFileSync(positionals[0] && positionals[0] !== "-" ? positionals[0] : 0, "utf8");
  return solc.compile(input, { import: importerFrom(directories) });
}

const given = readArguments();
if (given.values.version) {
  // forge wants a platform that it knows.
  const version = solc.version().replace(/\.Emscripten\.clang$/, ".Linux.g++");
  print(`solc, the solidity compiler commandline interface\nVersion: ${version}\n`);
} else if (given.values["standard-json"]) {
  print(compile(given) + "\n");
} else {
  console.error("solc-wrapper: only --version and --standard-json are supported");
  process.exitCode = 64;
}
