// The graph as the page uses it: nodes, modules, and how they and their numbers are called.

const data = JSON.parse(document.getElementById("data").textContent);
const nodes = data.nodes, modules = data.modules;
const root = nodes[nodes.length - 1];

const element = (id) => document.getElementById(id);

function known(statistics) { return statistics !== null && typeof statistics === "object"; }
function isLeaf(node) { return node.op === ""; }

const subscripts = "₀₁₂₃₄₅₆₇₈₉";
function subscript(number) { return [...String(number)].map((digit) => subscripts[Number(digit)]).join(""); }

// Nodes without a name are called by their operation, with a number where it occurs more than once.
function giveSymbols() {
  const unnamed = new Map();
  for (const node of nodes) {
    if (node.name) continue;
    const called = node.op || "leaf";
    unnamed.set(called, (unnamed.get(called) || 0) + 1);
  }
  const given = new Map();
  for (const node of nodes) {
    const called = node.op || "leaf";
    if (!node.name) given.set(called, (given.get(called) || 0) + 1);
    node.symbol = node.name || (unnamed.get(called) > 1 ? called + subscript(given.get(called)) : called);
  }
}

function connect() {
  modules.forEach((module, id) => Object.assign(module, { id, children: [], nodes: [], count: 0, last: -1, kept: 0 }));
  for (const module of modules) if (module.parent >= 0) modules[module.parent].children.push(module);
  nodes.forEach((node, id) => Object.assign(node, { id, consumers: [] }));
  for (const node of nodes) {
    for (const edge of node.inputs) if (edge.from >= 0) nodes[edge.from].consumers.push(node);
    for (let m = node.module, direct = true; m >= 0; m = modules[m].parent, direct = false) {
      if (direct) modules[m].nodes.push(node);
      if (!isLeaf(node)) {
        ++modules[m].count;
        modules[m].last = node.id;
      }
      for (const kept of node.kept) modules[m].kept += kept.bytes;
    }
  }
}

giveSymbols();
connect();

// --- texts

function numberText(value) {
  if (typeof value === "string") return value;
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e7) return String(value).replace("-", "−");
  const text = size >= 1e6 || size < 1e-4 ? value.toExponential(3) : String(Number(value.toPrecision(5)));
  return text.replace(/\.?0+e/, "e").replace(/-/g, "−");
}
function shapeText(shape) { return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`; }
function bytesText(bytes) {
  const units = ["B", "kB", "MB", "GB"];
  let unit = 0;
  while (bytes >= 1000 && unit < 3) { bytes /= 1000; ++unit; }
  return `${bytes < 10 && unit > 0 ? bytes.toFixed(1) : Math.round(bytes)} ${units[unit]}`;
}
function count(number, word) { return `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`; }

// One number for a scalar, the mean for an array.
function isOne(statistics) { return known(statistics) && statistics.size === 1; }
function shortText(statistics) {
  if (isOne(statistics)) return numberText(statistics.elements[0]);
  if (statistics.size === 0) return "empty";
  return `mean ${numberText(statistics.mean)}`;
}
function moduleTitle(module) { return module.name || module.type; }
function modulePath(id) {
  const path = [];
  for (let m = id; m >= 0; m = modules[m].parent) path.unshift(moduleTitle(modules[m]));
  return path.join(" › ");
}

// --- formulas

function opOf(node) { return data.ops[node.op] || {}; }
function pretty(formula) { return formula.replace(/ \* /g, " · ").replace(/-/g, "−").replace(/1\.0\b/g, "1").replace(/2\.0\b/g, "2"); }
// The formula with other words for its letters: {a: "apple"}.
function substituted(formula, words) {
  return pretty(formula.replace(/[A-Za-z_]\w*/g, (word, at) =>
    words.has(word) && formula[at + word.length] !== "(" ? words.get(word) : word));
}
// The letter of input k in the op's formulas; "" where it has none.
function letterOf(node, k) { return (opOf(node).arguments || [])[k] || ""; }
function ruleOf(node, k) {
  const rules = opOf(node).rules;
  if (!rules || rules.length === 0) return "";
  return k < rules.length ? rules[k] : rules.length === 1 ? rules[0] : "";
}

// What an input without a node is, where it is kept and nothing else can be meant.
function constantOf(node) {
  const constants = node.inputs.filter((edge) => edge.from < 0).length;
  const kept = node.kept.filter((each) => each.of < 0);
  return constants === 1 && kept.length === 1 ? kept[0] : null;
}
function inputWords(node, wordOf) {
  const words = new Map();
  node.inputs.forEach((edge, k) => {
    const letter = letterOf(node, k);
    if (!letter) return;
    if (edge.from >= 0) {
      words.set(letter, wordOf(nodes[edge.from]));
    } else {
      const constant = constantOf(node);
      if (constant) words.set(letter, constant.name || (isOne(constant.value) ? shortText(constant.value) : letter));
    }
  });
  return words;
}
// A number as a factor in a formula.
function factorText(statistics) {
  const text = shortText(statistics);
  return text.startsWith("−") ? `(${text})` : text;
}
