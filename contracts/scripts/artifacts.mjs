// Writes contracts/artifacts/*.json, or with --check compares them: ours from forge's build, so that what Python reads is what
// was tested; the Safe's from its npm package as it is, never compiled here, so that it is the code that others audited and
// use. Each file holds the ABI, the creation and runtime bytecode, and where they come from; nothing of the machine.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import path from "node:path";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const folder = path.join(root, "artifacts");
const BUILT = ["AccessManager", "CredentialRegistry", "DueActs", "Journal", "RecognitionRegistry", "TrustRegistry"];
const SAFE = path.join(root, "node_modules", "@safe-global", "safe-contracts");
const TAKEN = { SafeL2: ".", SafeProxy: "proxies", SafeProxyFactory: "proxies" };
const CONTRACTS = [...BUILT, ...Object.keys(TAKEN)];

/** The artifact of one contract, as text. */
function render(name) {
  return JSON.stringify(name in TAKEN ? taken(name) : built(name), null, 1) + "\n";
}

/** Compiled by the Safe's makers; LGPL-3.0, see LICENSE-LGPL-3.0 beside the artifacts' folder. */
function taken(name) {
  const file = path.join(SAFE, "build", "artifacts", "contracts", TAKEN[name], `${name}.sol`, `${name}.json`);
  if (!existsSync(file)) throw new Error("@safe-global/safe-contracts is not installed: run `npm ci` first");
  const { version, license } = JSON.parse(readFileSync(path.join(SAFE, "package.json"), "utf8"));
  const { abi, bytecode, deployedBytecode } = JSON.parse(readFileSync(file, "utf8"));
  const source = `npm @safe-global/safe-contracts ${version}`;
  return { contractName: name, source, license, abi, bytecode, deployedBytecode };
}

/** Compiled from `src` by forge. */
function built(name) {
  const file = path.join(root, "out", `${name}.sol`, `${name}.json`);
  if (!existsSync(file)) throw new Error(`${name} has not been built: run \`npm run build\` first`);
  const { abi, bytecode, deployedBytecode, metadata } = JSON.parse(readFileSync(file, "utf8"));
  const { evmVersion, optimizer } = metadata.settings;
  return {
    contractName: name,
    compiler: { name: "solc", version: metadata.compiler.version, settings: { evmVersion, optimizer } },
    abi,
    bytecode: bytecode.object,
    deployedBytecode: deployedBytecode.object,
  };
}

/** Where two artifacts differ, one line for each member. */
function differences(committed, built) {
  const before = JSON.parse(committed);
  const after = JSON.parse(built);
  const members = Object.keys({ ...before, ...after });
  const changed = members.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
  if (changed.length === 0) return ["the layout of the file"];
  return changed.flatMap((key) => (key === "abi" ? abiDifferences(before.abi ?? [], after.abi) : [sizes(key, before, after)]));
}

function sizes(key, before, after) {
  const size = (artifact) => JSON.stringify(artifact[key] ?? "").length;
  return `${key}: ${size(before)} characters committed, ${size(after)} built`;
}

function abiDifferences(before, after) {
  const entries = (abi) => new Map(abi.map((entry) => [JSON.stringify(entry), `${entry.type} ${entry.name ?? ""}`.trim()]));
  const [old, now] = [entries(before), entries(after)];
  const gone = [...old].filter(([text]) => !now.has(text)).map(([, label]) => `abi: - ${label}`);
  const come = [...now].filter(([text]) => !old.has(text)).map(([, label]) => `abi: + ${label}`);
  const lines = [...gone, ...come];
  return lines.length ? lines : ["abi: the order of entries"];
}

function strangers() {
  const known = new Set(CONTRACTS.map((name) => `${name}.json`));
  return existsSync(folder) ? readdirSync(folder).filter((file) => !known.has(file)) : [];
}

function write() {
  mkdirSync(folder, { recursive: true });
  for (const file of strangers()) rmSync(path.join(folder, file));
  for (const name of CONTRACTS) writeFileSync(path.join(folder, `${name}.json`), render(name));
  console.log(`artifacts: wrote ${CONTRACTS.length} files`);
}

function check() {
  const problems = strangers().map((file) => `artifacts/${file}: no such contract`);
  for (const name of CONTRACTS) {
    const file = path.join(folder, `${name}.json`);
    const wanted = render(name);
    if (!existsSync(file)) problems.push(`artifacts/${name}.json: missing`);
    else if (readFileSync(file, "utf8") !== wanted) {
      const committed = readFileSync(file, "utf8");
      problems.push(...differences(committed, wanted).map((line) => `artifacts/${name}.json: ${line}`));
    }
  }
  if (problems.length === 0) return console.log(`artifacts: ${CONTRACTS.length} files are what the sources build and the package holds`);
  console.error([...problems, "artifacts differ: run `npm run artifacts` and commit"].join("\n"));
  process.exitCode = 1;
}

const [option, ...rest] = process.argv.slice(2);
if (rest.length || (option !== undefined && option !== "--check")) {
  console.error("usage: artifacts.mjs [--check]");
  process.exitCode = 64;
} else if (option === "--check") check();
else write();
