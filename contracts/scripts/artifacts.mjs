// Writes contracts/artifacts/*.json from forge's build, or with --check compares them with it: what Python reads is what was
// tested. Each file holds the ABI, the creation and runtime bytecode, and the compiler that made them; nothing of the machine.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import path from "node:path";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const folder = path.join(root, "artifacts");
const CONTRACTS = ["AccessManager", "CredentialRegistry", "Journal", "RecognitionRegistry", "TrustRegistry"];

/** The artifact of one contract, as text. */
function render(name) {
  const built = path.join(root, "out", `${name}.sol`, `${name}.json`);
  if (!existsSync(built)) throw new Error(`${name} has not been built: run \`npm run build\` first`);
  const { abi, bytecode, deployedBytecode, metadata } = JSON.parse(readFileSync(built, "utf8"));
  const { evmVersion, optimizer } = metadata.settings;
  const artifact = {
    contractName: name,
    compiler: { name: "solc", version: metadata.compiler.version, settings: { evmVersion, optimizer } },
    abi,
    bytecode: bytecode.object,
    deployedBytecode: deployedBytecode.object,
  };
  return JSON.stringify(artifact, null, 1) + "\n";
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
    const built = render(name);
    if (!existsSync(file)) problems.push(`artifacts/${name}.json: missing`);
    else if (readFileSync(file, "utf8") !== built) {
      const committed = readFileSync(file, "utf8");
      problems.push(...differences(committed, built).map((line) => `artifacts/${name}.json: ${line}`));
    }
  }
  if (problems.length === 0) return console.log(`artifacts: ${CONTRACTS.length} files are what the sources build`);
  console.error([...problems, "artifacts differ: run `npm run artifacts` and commit"].join("\n"));
  process.exitCode = 1;
}

const [option, ...rest] = process.argv.slice(2);
if (rest.length || (option !== undefined && option !== "--check")) {
  console.error("usage: artifacts.mjs [--check]");
  process.exitCode = 64;
} else if (option === "--check") check();
else write();
