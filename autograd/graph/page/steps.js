// Forward and backward, step by step, with the chain rule spelled out in the graph's own names and numbers.

const steps = [];  // {node, phase: "forward" | "backward", time}
let step = -1;     // -1: no step is shown, everything is

function makeSteps() {
  for (const node of nodes) if (!isLeaf(node)) steps.push({ node, phase: "forward" });
  steps.push({ node: root, phase: "backward", first: true });
  for (let i = nodes.length - 1; i >= 0; --i) if (!isLeaf(nodes[i])) steps.push({ node: nodes[i], phase: "backward" });
  steps.forEach((each, time) => {
    if (each.phase === "forward") each.node.computedAt = time;
    else if (!each.first) each.node.propagatedAt = time;
  });
  const start = steps.findIndex((each) => each.first);
  for (const node of nodes) {
    if (isLeaf(node)) node.computedAt = -1;
    // A gradient is there once every consumer has added its share.
    node.gradientAt = node === root ? start : Math.max(...node.consumers.map((consumer) => consumer.propagatedAt));
  }
}
makeSteps();

// How a step shows itself on a box.
function stepState(box) {
  if (step < 0) return { dimmed: false, active: null, value: true, gradient: true };
  const now = steps[step];
  const isHere = isModule(box) ? boxOf(now.node, picture.unfolded) === box : now.node === box;
  const active = isHere ? picture.colours[now.phase === "forward" ? "value" : "gradient"] : null;
  if (isModule(box)) return { dimmed: now.phase === "forward" && !box.nodes.concat(...box.children.map((c) => c.nodes)).some((n) => n.computedAt <= step), active };
  return { dimmed: box.computedAt > step, active, value: box.computedAt <= step, gradient: box.gradientAt <= step };
}
function stepEdge(edge) {
  if (step < 0 || steps[step].first) return "";
  const { node, phase } = steps[step];
  return edge.to === boxOf(node, picture.unfolded) && edge.parts.some((part) => part.node === node) ? phase : "";
}

// --- in words

function html(strings, ...values) {
  const escape = (value) => String(value).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
  return strings.reduce((text, part, i) => text + (values[i - 1] && values[i - 1].html !== undefined ? values[i - 1].html : escape(values[i - 1])) + part);
}
function partial(of, by) { return `∂${of}/∂${by}`; }
function statisticsText(statistics) {
  if (!known(statistics)) return "not known";
  if (isOne(statistics)) return numberText(statistics.elements[0]);
  if (statistics.size === 0) return "empty";
  return `mean ${numberText(statistics.mean)}, from ${numberText(statistics.min)} to ${numberText(statistics.max)}`;
}

// "price = total · tax = 650 · 1.1 = 715"
function forwardText(node) {
  const op = opOf(node), inputs = node.inputs.map((edge) => (edge.from >= 0 ? nodes[edge.from].symbol : "constant"));
  const parts = [node.symbol];
  if (op.formula) parts.push(substituted(op.formula, inputWords(node, (input) => input.symbol)));
  else parts.push(`${node.op}(${inputs.join(", ")})`);
  const scalars = node.inputs.every((edge) => edge.from >= 0 && isOne(nodes[edge.from].value));
  if (op.formula && scalars && isOne(node.value))
    parts.push(substituted(op.formula, inputWords(node, (input) => factorText(input.value))));
  if (isOne(node.value)) parts.push(numberText(node.value.elements[0]));
  const more = isOne(node.value) ? "" : `, ${shapeText(node.shape)}${known(node.value) ? ": " + statisticsText(node.value) : ""}`;
  return parts.join(" = ") + more;
}

// The chain rule along one edge: "∂price/∂apple = ∂price/∂cost · ∂cost/∂apple = 1.1 · 2 = 2.2".
function chainText(node, k) {
  const edge = node.inputs[k], input = nodes[edge.from];
  const whole = partial(root.symbol, input.symbol), upstream = partial(root.symbol, node.symbol), local = partial(node.symbol, input.symbol);
  const several = sharesOf(input).length > 1;
  const head = several ? `share of ${whole}` : whole;
  if (isOne(edge.share) && isOne(edge.local) && isOne(node.gradient)) {
    return `${head} = ${upstream} · ${local} = ${factorText(node.gradient)} · ${factorText(edge.local)} = ${numberText(edge.share.elements[0])}`;
  }
  const rule = ruleOf(node, k);
  const words = inputWords(node, (each) => each.symbol);
  words.set("g", upstream).set("y", node.symbol);
  const formula = rule ? (opOf(node).formula ? substituted(rule, words) : pretty(rule)) : `the backward of ${node.op} on ${upstream}`;
  const where = rule && !opOf(node).formula && /\bg\b/.test(rule) ? `, with g = ${upstream}` : "";
  return `${head} = ${formula}${where}: ${shapeText(input.shape)}, ${statisticsText(edge.share)}`;
}

// What the consumers of a node add to its gradient.
function sharesOf(node) {
  const shares = [];
  for (const consumer of new Set(node.consumers))
    consumer.inputs.forEach((edge, k) => { if (edge.from === node.id) shares.push({ consumer, edge, k }); });
  return shares.sort((a, b) => b.consumer.id - a.consumer.id);
}
// "∂price/∂x = 1.1 + 2 = 3.1" where several consumers add to it.
function sumText(node) {
  const shares = sharesOf(node);
  if (shares.length < 2 || !known(node.gradient)) return "";
  const terms = shares.every((share) => isOne(share.edge.share))
    ? shares.map((share) => factorText(share.edge.share)).join(" + ")
    : shares.map((share) => `share of ${share.consumer.symbol}`).join(" + ");
  return `${partial(root.symbol, node.symbol)} = ${terms} = ${statisticsText(node.gradient)}`;
}

function backwardTexts(each) {
  const { node } = each;
  if (each.first) {
    return isOne(root.gradient) ? [`${partial(root.symbol, root.symbol)} = 1`]
      : [`${partial(root.symbol, root.symbol)} = 1 for every element: the gradient of the sum`];
  }
  if (!known(node.gradient)) return [`the gradient of ${node.symbol} is not known: ${node.gradient}`];
  const texts = [];
  const whole = new Set();
  node.inputs.forEach((edge, k) => {
    if (edge.from < 0) return;
    if (!known(edge.share)) {
      texts.push(`${partial(root.symbol, nodes[edge.from].symbol)} is not known: ${nodes[edge.from].gradient}`);
      return;
    }
    texts.push(chainText(node, k));
    if (nodes[edge.from].gradientAt === steps.indexOf(each)) whole.add(nodes[edge.from]);
  });
  for (const input of whole) {
    const sum = sumText(input);
    if (sum) texts.push(sum);
  }
  return texts;
}

function stepTexts(each) { return each.phase === "forward" ? [forwardText(each.node)] : backwardTexts(each); }
