// The details of what is selected, at the side.

const panel = element("panel");

function linkTo(box) {
  const key = (isModule(box) ? "m" : "n") + box.id;
  return { html: html`<button class="link" data-to="${key}">${isModule(box) ? moduleTitle(box) : box.symbol}</button>` };
}
function listOf(items) { return { html: items.map((item) => `<li>${item.html}</li>`).join("") }; }

function tableRows(rows) {
  return { html: rows.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`).join("") };
}

// All numbers of a small array, its last axis from left to right.
function numbersTable(statistics, shape) {
  if (!statistics.elements || statistics.size < 2) return { html: "" };
  const columns = shape.length > 0 ? shape[shape.length - 1] : 1;
  const most = Math.max(...statistics.elements.map((x) => (typeof x === "number" ? Math.abs(x) : 0))) || 1;
  const rows = [];
  for (let at = 0; at < statistics.elements.length; at += columns) {
    const cells = statistics.elements.slice(at, at + columns).map((x) => {
      const strength = typeof x === "number" ? Math.round(45 * Math.abs(x) / most) : 0;
      const colour = x < 0 ? "var(--gradient)" : "var(--value)";
      return `<td style="background: color-mix(in srgb, ${colour} ${strength}%, transparent)">${numberText(x)}</td>`;
    });
    rows.push(`<tr>${cells.join("")}</tr>`);
  }
  return { html: `<div class="numbers"><table>${rows.join("")}</table></div>` };
}

function statisticsBlock(title, kind, statistics, shape, note = "") {
  if (!known(statistics)) return { html: statistics ? html`<h3>${title}</h3><p class="muted">Not known: ${statistics}.</p>` : "" };
  const rows = isOne(statistics) ? [["value", numberText(statistics.elements[0])]]
    : [["mean", numberText(statistics.mean)], ["deviation", numberText(statistics.std)],
      ["range", `${numberText(statistics.min)} … ${numberText(statistics.max)}`]];
  if (statistics.notFinite) rows.push(["nan or infinite", String(statistics.notFinite)]);
  return { html: html`<h3>${title}</h3><table class="${kind}" data-of="${title}">${tableRows(rows)}</table>${numbersTable(statistics, shape)}`
    + (note ? html`<p class="muted">${note}</p>` : "") };
}

function rulesBlock(node) {
  const op = opOf(node), items = [];
  if (op.formula) items.push({ html: html`<span class="math">${substituted(op.formula, inputWords(node, (input) => input.symbol))}</span>` });
  else if (op.about) items.push({ html: html`<span class="math">${op.about}</span>` });
  const rules = [];
  node.inputs.forEach((edge, k) => {
    if (edge.from < 0) return;
    const rule = ruleOf(node, k), input = nodes[edge.from];
    const text = rule ? pretty(rule) : `backward of ${node.op}`;
    rules.push({ html: html`to ${linkTo(input)}: <span class="math rule">${text}</span>` });
  });
  const letters = node.inputs.map((edge, k) => [letterOf(node, k), edge])
    .filter(([letter, edge]) => letter && edge.from >= 0).map(([letter, edge]) => `${letter} = ${nodes[edge.from].symbol}`);
  const key = [`g = ${partial(root.symbol, node.symbol)}`, `y = ${node.symbol}`, ...letters].join(", ");
  return { html: (items.length ? html`<h3>Value</h3><ul>${listOf(items)}</ul>` : "")
    + html`<h3>Local rule</h3><ul>${listOf(rules)}</ul><p class="muted">${key}</p>` };
}

function chainBlock(node) {
  const shares = sharesOf(node).filter((share) => known(share.edge.share));
  if (shares.length === 0) return { html: "" };
  const items = shares.map((share) => ({ html: html`<span class="math">${chainText(share.consumer, share.k)}</span>` }));
  const sum = sumText(node);
  if (sum) items.push({ html: html`<span class="math">${sum}</span>` });
  return { html: html`<h3>Chain rule</h3><ul class="chain">${listOf(items)}</ul>` };
}

function keptBlock(node) {
  if (node.kept.length === 0) return { html: "" };
  const items = node.kept.map((kept) => ({
    html: html`${kept.of >= 0 ? linkTo(nodes[kept.of]) : kept.name || "an input without gradient"} <span class="mono">${shapeText(kept.shape)} ${kept.dtype}</span>, ${bytesText(kept.bytes)}`,
  }));
  const total = node.kept.reduce((sum, kept) => sum + kept.bytes, 0);
  return { html: html`<h3>Saved for backward: ${bytesText(total)}</h3><ul class="kept">${listOf(items)}</ul>` };
}

function showNode(node) {
  const path = node.module >= 0 ? html`<p class="muted">in ${modules[node.module].parent >= 0 ? modulePath(modules[node.module].parent) + " › " : ""}${linkTo(modules[node.module])}</p>` : "";
  const kind = isLeaf(node) ? "leaf" : node.op, about = opOf(node).about;
  const accumulated = known(node.accumulated) && (!known(node.gradient) || JSON.stringify(node.accumulated) !== JSON.stringify(node.gradient))
    ? statisticsBlock("grad()", "gradient", node.accumulated, node.shape, "What backward has accumulated.") : { html: "" };
  const value = statisticsBlock("Result", "value", node.value, node.shape,
    node.repeated ? "It was gone; worked out anew from the leaves, and what is still there comes out the same." : "");
  const inputs = node.inputs.map((edge) => ({ html: edge.from >= 0 ? linkTo(nodes[edge.from]).html : '<span class="muted">an input without gradient</span>' }));
  const consumers = [...new Set(node.consumers)].map(linkTo);
  panel.innerHTML = html`<h2>${node.symbol}</h2>
    <p><span class="chip">${kind}</span> <span class="mono">${shapeText(node.shape)} ${node.dtype}</span></p>
    ${{ html: about ? html`<p class="about">${about}</p>` : "" }}${{ html: path }}
    ${value}${statisticsBlock(`Gradient ∂${root.symbol}/∂${node.symbol}`, "gradient", node.gradient, node.shape)}${accumulated}
    ${chainBlock(node)}${isLeaf(node) ? { html: "" } : rulesBlock(node)}${keptBlock(node)}
    ${{ html: inputs.length ? html`<h3>Inputs</h3><ul>${listOf(inputs)}</ul>` : "" }}
    ${{ html: consumers.length ? html`<h3>Used by</h3><ul>${listOf(consumers)}</ul>` : "" }}
    ${{ html: node.place ? html`<h3>Recorded at</h3><p class="mono">${node.place}</p>` : "" }}`;
}

function showModule(module) {
  const inside = module.nodes.filter((node) => !isLeaf(node)), leaves = module.nodes.filter(isLeaf);
  const rows = [["nodes", module.count.toLocaleString("en")], ["saved for backward", bytesText(module.kept)]];
  panel.innerHTML = html`<h2>${moduleTitle(module)}</h2>
    <p><span class="chip">${module.type}</span> ${modulePath(module.parent)}</p>
    <h3>Module</h3><table>${tableRows(rows)}</table>
    <p><button data-fold="${module.id}">${picture.unfolded.has(module.id) ? "Fold" : "Unfold"}</button></p>
    ${{ html: module.children.length ? html`<h3>Modules in it</h3><ul>${listOf(module.children.map(linkTo))}</ul>` : "" }}
    ${{ html: leaves.length ? html`<h3>Leaves</h3><ul>${listOf(leaves.map(linkTo))}</ul>` : "" }}
    ${{ html: inside.length ? html`<h3>Operations</h3><ul>${listOf(inside.slice(0, 200).map(linkTo))}</ul>` : "" }}`;
}

function showOverview() {
  const operations = nodes.filter((node) => !isLeaf(node));
  const leaves = nodes.filter(isLeaf);
  const elements = leaves.reduce((sum, leaf) => sum + leaf.shape.reduce((product, size) => product * size, 1), 0);
  const rows = [["operations", operations.length.toLocaleString("en")],
    ["leaves", `${leaves.length.toLocaleString("en")} with ${count(elements, "element")}`],
    ["saved for backward", bytesText(data.keptBytes)]];
  if (modules.length) rows.push(["module calls", modules.length.toLocaleString("en")]);
  const uses = new Map();
  for (const node of operations) uses.set(node.op, (uses.get(node.op) || 0) + 1);
  const most = [...uses].sort((a, b) => b[1] - a[1]).slice(0, 12).map(([op, n]) => ({ html: html`${op} <span class="muted">${n}×</span>` }));
  panel.innerHTML = html`<h2>${root.symbol}</h2><p><span class="mono">${shapeText(root.shape)} ${root.dtype}</span></p>
    <h3>Graph</h3><table>${tableRows(rows)}</table>
    <h3>Operations</h3><ul>${listOf(most)}</ul>
    <h3>How to read it</h3>
    <p>Values flow along the arrows, gradients against them. <span class="value">Blue</span> is a value,
      <span class="gradient">red</span> the gradient of ${root.symbol}: of an array, its mean.</p>
    <p>Select a node to see its numbers and its local rule. <kbd>n</kbd> steps through forward and backward; <kbd>?</kbd> shows all keys.</p>`;
}

function refreshPanel() {
  const { selected } = picture;
  if (!selected) return showOverview();
  return isModule(selected) ? showModule(selected) : showNode(selected);
}
