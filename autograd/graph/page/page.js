// Mouse, keyboard, search and buttons.

function select(box, options = {}) {
  picture.selected = box;
  element("tip").hidden = true;
  refreshPanel();
  panel.scrollTop = 0;
  if (box && options.reveal) reveal(box);
  if (box && options.reveal !== false && box.placed) show(box);
  element("said").textContent = !box ? "" : isModule(box)
    ? `module ${moduleTitle(box)}, ${picture.unfolded.has(box.id) ? "unfolded" : "folded"}, ${count(box.count, "node")}`
    : `${box.symbol}, ${isLeaf(box) ? "leaf" : box.op}, shape ${shapeText(box.shape)}`;
  redraw();
}
// Unfolds what a box is hidden in.
function reveal(box) {
  let changed = false;
  for (let m = levelOf(box); m >= 0; m = modules[m].parent) {
    changed = changed || !picture.unfolded.has(m);
    picture.unfolded.add(m);
  }
  if (changed) arrange();
}
function fold(module) {
  if (picture.unfolded.has(module.id)) picture.unfolded.delete(module.id);
  else picture.unfolded.add(module.id);
  if (picture.selected && !isModule(picture.selected)) picture.selected = module;
  arrange(module);
  select(module, { reveal: false });
}
function foldAll(folded) {
  picture.unfolded = new Set(folded ? [] : modules.map((module) => module.id));
  if (picture.selected) picture.selected = folded ? boxOf(outermost(picture.selected), picture.unfolded) : picture.selected;
  arrange();
  fit();
  refreshPanel();
}
function outermost(box) {
  while (levelOf(box) >= 0) box = modules[levelOf(box)];
  return box;
}
function turn() {
  picture.rightwards = !picture.rightwards;
  arrange();
  fit();
}

// As much is unfolded at first as can be taken in: one depth of modules after the other.
function unfoldAtFirst(most) {
  const boxes = () => nodes.filter((node) => boxOf(node, picture.unfolded) === node).length
    + modules.filter((module) => !picture.unfolded.has(module.id) && (module.parent < 0 || picture.unfolded.has(module.parent))).length;
  for (let depth = modules.filter((module) => module.parent < 0); depth.length > 0; depth = depth.flatMap((module) => module.children)) {
    for (const module of depth) picture.unfolded.add(module.id);
    if (boxes() <= most) continue;
    for (const module of depth) picture.unfolded.delete(module.id);
    return;
  }
}

// --- moving along the edges

function neighbours(box, direction) {
  const edges = picture.layout.edges, found = direction === "in"
    ? edges.filter((edge) => edge.to === box).map((edge) => edge.from)
    : edges.filter((edge) => edge.from === box).map((edge) => edge.to);
  return [...new Set(found)];
}
function move(direction) {
  const rightwards = picture.layout.rightwards, boxes = picture.layout.boxes;
  let from = picture.selected;
  if (!from || !from.placed) return select(root.placed ? root : boxOf(root, picture.unfolded));
  const middle = (placed) => ({ x: placed.x + placed.w / 2, y: placed.y + placed.h / 2 });
  const at = middle(from.placed);
  const meaning = rightwards ? { left: "in", right: "out", up: "before", down: "after" } : { up: "in", down: "out", left: "before", right: "after" };
  const wanted = meaning[direction];
  if (wanted === "in" || wanted === "out") {
    const near = neighbours(from, wanted).filter((box) => box.placed);
    near.sort((a, b) => Math.hypot(middle(a.placed).x - at.x, middle(a.placed).y - at.y) - Math.hypot(middle(b.placed).x - at.x, middle(b.placed).y - at.y));
    // An operand comes before a parameter where both are near.
    const chosen = wanted === "in" ? near.find((box) => isModule(box) || !isLeaf(box)) || near[0] : near[0];
    if (chosen) select(chosen);
    return;
  }
  const sign = wanted === "before" ? -1 : 1, across = rightwards ? "y" : "x", along = rightwards ? "x" : "y";
  const side = boxes.map((placed) => ({ placed, away: sign * (middle(placed)[across] - at[across]), off: Math.abs(middle(placed)[along] - at[along]) }))
    .filter((each) => each.placed.box !== from && each.away > 1 && each.off < 60)
    .sort((a, b) => a.away + 3 * a.off - (b.away + 3 * b.off));
  if (side.length > 0) select(side[0].placed.box);
}

// --- steps

function showStep(to) {
  step = Math.max(-1, Math.min(steps.length - 1, to));
  element("step-slider").value = step + 1;
  const text = element("step-text");
  element("step-count").textContent = step < 0 ? `${count(steps.length, "step")}` : `${step + 1} / ${steps.length}`;
  if (step < 0) {
    text.innerHTML = html`<p class="muted">Step through the forward and the backward pass with <kbd>n</kbd> and <kbd>p</kbd>.</p>`;
  } else {
    const now = steps[step], lines = stepTexts(now).map((line) => html`<p class="math">${line}</p>`).join("");
    text.innerHTML = html`<p class="phase ${now.phase}">${now.phase} · ${now.node.symbol}</p>${{ html: lines }}`;
    text.scrollTop = 0;
    show(boxOf(now.node, picture.unfolded));
  }
  redraw();
}

// --- search

const search = element("search"), results = element("results");
const mostResults = 100;
let found = [], chosen = 0;

function textFor(box) {
  return isModule(box) ? `${box.name} ${box.type} ${modulePath(box.id)}`
    : `${box.symbol} ${box.name} ${box.op} ${box.op && !box.name ? box.op : ""} ${shapeText(box.shape)} ${box.dtype} ${modulePath(box.module)}`;
}
function runSearch() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  found = words.length === 0 ? [] : [...modules, ...nodes].filter((box) => {
    const text = textFor(box).toLowerCase();
    return words.every((word) => text.includes(word));
  });
  // Names that begin with the first word come first.
  const begins = (box) => (isModule(box) ? moduleTitle(box) : box.symbol).toLowerCase().startsWith(words[0]);
  found.sort((a, b) => Number(begins(b)) - Number(begins(a)));
  chosen = 0;
  showResults(words.length > 0);
}
function showResults(asked) {
  results.hidden = !asked;
  const items = found.slice(0, mostResults).map((box, i) => {
    const detail = isModule(box) ? `module, ${count(box.count, "node")}` : `${box.name && box.op ? box.op + " " : ""}${shapeText(box.shape)}`;
    const inside = modulePath(levelOf(box));
    return html`<li role="option" data-result="${i}" aria-selected="${i === chosen}">${isModule(box) ? moduleTitle(box) : box.symbol}<span>${detail}${inside ? " · " + inside : ""}</span></li>`;
  });
  if (asked && found.length === 0) items.push('<li class="muted">nothing found</li>');
  if (found.length > mostResults) items.push(html`<li class="muted">and ${found.length - mostResults} more</li>`);
  results.innerHTML = items.join("");
  const current = results.querySelector('[aria-selected="true"]');
  if (current) current.scrollIntoView({ block: "nearest" });
}
function takeResult(i) {
  if (!found[i]) return;
  results.hidden = true;
  canvas.focus();
  select(found[i], { reveal: true });
}
search.addEventListener("input", runSearch);
search.addEventListener("focus", () => { if (search.value) runSearch(); });
search.addEventListener("blur", () => setTimeout(() => { results.hidden = true; }, 150));
search.addEventListener("keydown", (event) => {
  event.stopPropagation();
  if (event.key === "Enter") takeResult(chosen);
  else if (event.key === "Escape") canvas.focus();
  else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const last = Math.min(found.length, mostResults) - 1;
    chosen = Math.max(0, Math.min(last, chosen + (event.key === "ArrowDown" ? 1 : -1)));
    showResults(true);
    event.preventDefault();
  }
});
results.addEventListener("mousedown", (event) => {
  const item = event.target.closest("[data-result]");
  if (item) takeResult(Number(item.dataset.result));
});

// --- mouse

let grabbed = null;
canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  grabbed = { x: event.offsetX, y: event.offsetY, view: { ...picture.view }, moved: false };
});
canvas.addEventListener("pointermove", (event) => {
  if (!grabbed) return hover(event.offsetX, event.offsetY);
  const dx = event.offsetX - grabbed.x, dy = event.offsetY - grabbed.y;
  if (Math.hypot(dx, dy) > 4) grabbed.moved = true;
  if (!grabbed.moved) return;
  cancelAnimationFrame(flight);
  canvas.classList.add("dragging");
  picture.view.x = grabbed.view.x - dx / picture.view.scale;
  picture.view.y = grabbed.view.y - dy / picture.view.scale;
  redraw();
});
canvas.addEventListener("pointerup", (event) => {
  const clicked = grabbed && !grabbed.moved;
  grabbed = null;
  canvas.classList.remove("dragging");
  if (!clicked) return;
  canvas.focus();
  const placed = boxAt(event.offsetX, event.offsetY);
  if (placed && isModule(placed.box)) fold(placed.box);
  else select(placed ? placed.box : null, { reveal: false });
});
canvas.addEventListener("pointerleave", () => hover(-1, -1));
canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  const lines = event.deltaMode === 1 ? 30 : 1;
  zoom(Math.exp(-event.deltaY * lines * 0.0015), { x: event.offsetX, y: event.offsetY });
}, { passive: false });

const tip = element("tip");
function hover(x, y) {
  const placed = x >= 0 ? boxAt(x, y) : null, edge = placed || x < 0 ? null : edgeAt(x, y);
  const over = placed ? placed.box : edge;
  canvas.classList.toggle("pointing", Boolean(placed));
  if (over !== picture.hovered) redraw();
  picture.hovered = over;
  tip.hidden = !over || (placed && !isModule(placed.box) && picture.view.scale > legible);
  if (tip.hidden) return;
  tip.textContent = placed ? boxTip(placed.box) : edgeTip(edge);
  tip.style.left = `${Math.min(x + 14, canvas.clientWidth - tip.offsetWidth - 8)}px`;
  tip.style.top = `${Math.min(y + 14, canvas.clientHeight - tip.offsetHeight - 8)}px`;
}
function boxTip(box) {
  if (isModule(box)) return `${modulePath(box.id)} · ${count(box.count, "node")}`;
  return `${box.symbol} ${shapeText(box.shape)} ${box.dtype}`;
}
function edgeTip(edge) {
  const sources = [...new Set(edge.parts.map((part) => nodes[part.node.inputs[part.k].from]))];
  const lines = sources.slice(0, 6).map((source) => `${source.symbol}  ${shapeText(source.shape)} ${source.dtype}`);
  if (edge.parts.length === 1 && known(edge.parts[0].node.inputs[edge.parts[0].k].share))
    lines.push("∂ " + statisticsText(edge.parts[0].node.inputs[edge.parts[0].k].share));
  return lines.join("\n");
}

panel.addEventListener("click", (event) => {
  const link = event.target.closest("[data-to]"), button = event.target.closest("[data-fold]");
  if (link) select((link.dataset.to[0] === "m" ? modules : nodes)[Number(link.dataset.to.slice(1))], { reveal: true });
  if (button) fold(modules[Number(button.dataset.fold)]);
});

// --- keyboard and buttons

const help = element("help");
function toggleFold() {
  const { selected } = picture;
  if (!selected) return;
  if (isModule(selected)) fold(selected);
  else if (selected.module >= 0) fold(modules[selected.module]);
}
const keys = {
  ArrowUp: () => move("up"), ArrowDown: () => move("down"), ArrowLeft: () => move("left"), ArrowRight: () => move("right"),
  Enter: toggleFold, Escape: () => select(null), "/": () => { search.focus(); search.select(); },
  "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(0.8), f: () => fit(), "?": () => help.showModal(),
  n: () => showStep(step + 1), " ": () => showStep(step + 1), p: () => showStep(step - 1),
  Home: () => showStep(-1), End: () => showStep(steps.length - 1),
  e: () => foldAll(false), c: () => foldAll(true), r: turn,
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  if (event.target.closest("button") && ["Enter", " "].includes(event.key)) return;  // the control's own keys
  if (event.target.closest("input") && /^(Arrow|Home|End)/.test(event.key)) return;
  const action = keys[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});
const buttons = {
  "unfold-all": keys.e, "fold-all": keys.c, turn, "zoom-in": keys["+"], "zoom-out": keys["-"], fit: keys.f, "help-button": keys["?"],
  "step-first": keys.Home, "step-back": keys.p, "step-next": keys.n,
};
for (const [id, action] of Object.entries(buttons)) element(id).addEventListener("click", () => action());
element("step-slider").addEventListener("input", (event) => showStep(Number(event.target.value) - 1));

// --- the beginning

function start() {
  document.title = `${root.symbol} · computational graph`;
  element("title").textContent = root.symbol;
  element("summary").textContent = `${count(nodes.length, "node")}${modules.length ? ", " + count(modules.length, "module call") : ""}, ${bytesText(data.keptBytes)} saved for backward`;
  for (const id of ["unfold-all", "fold-all"]) element(id).hidden = modules.length === 0;
  if (data.leftOut > 0) {
    element("notice").hidden = false;
    element("notice").textContent = `The youngest ${count(nodes.length, "node")} of ${(nodes.length + data.leftOut).toLocaleString("en")} are shown.`;
  }
  element("step-slider").max = steps.length;
  readColours();
  unfoldAtFirst(60);
  const flat = nodes.length <= 16 && modules.length === 0;
  picture.rightwards = flat;
  arrange();
  fit(false);
  showStep(-1);
  refreshPanel();
  new ResizeObserver(redraw).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { readColours(); redraw(); });
  canvas.focus();
}
start();

// For scripts that drive the page.
window.xtape = { nodes, modules, steps, picture, draw, show, select, placeOf: (box) => {
  const { x, y, w } = box.placed, at = screenAt(x + w / 2, y + 15), corner = canvas.getBoundingClientRect();
  return { x: corner.left + at.x, y: corner.top + at.y };
} };
