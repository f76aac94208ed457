// The picture on the canvas: only what is seen is drawn, and only when something has changed.

const canvas = element("picture");
const context = canvas.getContext("2d");
const font = 'system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif';
const mono = 'ui-monospace, "DejaVu Sans Mono", monospace';
const calm = matchMedia("(prefers-reduced-motion: reduce)");

const picture = {
  unfolded: new Set(),
  rightwards: false,
  layout: null,
  view: { x: 0, y: 0, scale: 1 },  // the point of the picture at the canvas' middle
  selected: null,
  hovered: null,      // a box, or an edge
  colours: {},
  redraws: 0,
  drawing: 0,         // milliseconds that the last drawing took
};

function readColours() {
  const style = getComputedStyle(document.documentElement);
  for (const name of ["ground", "box", "ink", "muted", "line", "edge", "leaf", "leaf-line", "root", "root-line", "module",
    "module-line", "frame", "value", "gradient", "accent", "shadow", "chip"])
    picture.colours[name] = style.getPropertyValue("--" + name).trim();
}

// --- boxes

const textWidths = new Map();
function widthOf(text, style) {
  const key = style + text;
  if (!textWidths.has(key)) {
    context.font = style;
    textWidths.set(key, context.measureText(text).width);
  }
  return textWidths.get(key);
}
function shortened(text, style, width) {
  if (widthOf(text, style) <= width) return text;
  let length = text.length;
  while (length > 1 && widthOf(text.slice(0, length) + "…", style) > width) length -= Math.ceil(length / 12);
  return text.slice(0, length) + "…";
}

const far = 0.2, legible = 0.36;  // scales below which boxes are plain rectangles, and below which only titles are written

const styles = { title: `600 14px ${font}`, small: `12px ${font}`, mono: `11.5px ${mono}` };
const widest = 230;

// What stands in a box, line by line. It is the same whatever step is shown, so that nothing moves.
function linesOf(box) {
  if (isModule(box)) {
    return [
      { text: moduleTitle(box), style: styles.title, colour: "ink" },
      { text: `${box.name ? box.type + " · " : ""}${count(box.count, "node")}`, style: styles.small, colour: "muted" },
    ];
  }
  const lines = [{ text: cardTitle(box), style: styles.title, colour: "ink" }];
  if (box.name && box.op) lines[0].beside = box.op;
  lines.push({ text: `${shapeText(box.shape)} ${box.dtype}`, style: styles.mono, colour: "muted" });
  if (known(box.value)) lines.push({ text: shortText(box.value), style: styles.small, colour: "value", of: "value" });
  if (known(box.gradient)) lines.push({ text: `∂ ${shortText(box.gradient)}`, style: styles.small, colour: "gradient", of: "gradient" });
  return lines;
}
// In the frame of "fc1" the parameter "fc1.weight" is called "weight".
function cardTitle(node) {
  const parts = node.symbol.split("."), inside = node.module >= 0 && modules[node.module].name;
  return isLeaf(node) && parts.length > 1 && parts[parts.length - 2] === inside ? parts[parts.length - 1] : node.symbol;
}
function besideWidth(line) { return line.beside ? widthOf(line.beside, styles.small) + 24 : 0; }
function sizeOf(box) {
  if (!box.size) {
    box.lines = linesOf(box);
    const width = Math.max(...box.lines.map((line) => Math.min(widthOf(line.text, line.style), widest) + besideWidth(line)));
    box.size = { w: Math.max(96, Math.ceil(width) + 30), h: 16 + 18 * box.lines.length };
    for (const line of box.lines) line.text = shortened(line.text, line.style, widest);
  }
  return box.size;
}

const families = new Map();
function familyColour(node) {
  const family = opOf(node).family || "own";
  if (!families.has(family)) families.set(family, `hsl(${(families.size * 137.5 + 210) % 360} 55% 55%)`);
  return families.get(family);
}

function lookOf(box) {
  if (isModule(box)) return { fill: "module", line: "module-line", radius: 9 };
  if (box === root) return { fill: "root", line: "root-line", radius: 9 };
  return isLeaf(box) ? { fill: "leaf", line: "leaf-line", radius: 17 } : { fill: "box", line: "line", radius: 9 };
}

function roundRect(x, y, w, h, radius) {
  context.beginPath();
  context.roundRect(x, y, w, h, radius);
}

function drawBox(placed, isLegible) {
  const { box, x, y, w, h } = placed, colours = picture.colours, look = lookOf(box);
  const state = stepState(box);
  context.globalAlpha = state.dimmed ? 0.35 : 1;
  if (isModule(box)) {  // a pile: there is more below
    for (const offset of [6, 3]) {
      roundRect(x + offset, y + offset, w, h, look.radius);
      context.fillStyle = colours[look.fill];
      context.fill();
      context.strokeStyle = colours[look.line];
      context.lineWidth = 1;
      context.stroke();
    }
  } else if (isLegible) {
    roundRect(x, y + 2, w, h, look.radius);
    context.fillStyle = colours.shadow;
    context.fill();
  }
  roundRect(x, y, w, h, look.radius);
  context.fillStyle = colours[look.fill];
  context.fill();
  const marked = box === picture.selected || box === picture.hovered;
  context.strokeStyle = state.active ? state.active : marked ? colours.accent : colours[look.line];
  context.lineWidth = state.active ? 4 : marked ? 2.5 : 1.2;
  context.stroke();
  if (!isModule(box) && !isLeaf(box)) {
    context.fillStyle = familyColour(box);
    context.fillRect(x + 5, y + 9, 3, h - 18);
  }
  if (isLegible) drawLines(box, x, y, w, state);
  else drawTitle(placed);
  context.globalAlpha = 1;
}

function drawLines(box, x, y, w, state) {
  sizeOf(box);
  context.textBaseline = "middle";
  const left = x + 16;
  box.lines.forEach((line, i) => {
    if (line.of === "value" && !state.value || line.of === "gradient" && !state.gradient) return;
    const middle = y + 17 + 18 * i;
    context.font = line.style;
    context.fillStyle = picture.colours[line.colour];
    context.fillText(line.text, left, middle);
    if (!line.beside) return;
    const width = widthOf(line.beside, styles.small);
    roundRect(x + w - width - 22, middle - 9, width + 14, 18, 9);
    context.fillStyle = picture.colours.chip;
    context.fill();
    context.font = styles.small;
    context.fillStyle = picture.colours.muted;
    context.fillText(line.beside, x + w - width - 15, middle);
  });
  if (isModule(box)) {
    context.font = styles.small;
    context.fillStyle = picture.colours.muted;
    context.fillText("▸", x + w - 18, y + 17);
  }
}

// Rectangles, all of one look at once; those that stand out are drawn as ever.
function drawFromAfar(boxes) {
  const alike = new Map();
  for (const placed of boxes) {
    const state = stepState(placed.box);
    if (state.active || placed.box === picture.selected || placed.box === picture.hovered) continue;
    const look = lookOf(placed.box), key = look.fill + state.dimmed;
    if (!alike.has(key)) alike.set(key, { look, state, placed: [] });
    alike.get(key).placed.push(placed);
  }
  for (const { look, state, placed } of alike.values()) {
    context.globalAlpha = state.dimmed ? 0.35 : 1;
    context.fillStyle = picture.colours[look.fill];
    context.strokeStyle = picture.colours[look.line];
    context.lineWidth = Math.max(1.2, 0.5 / picture.view.scale);
    context.beginPath();
    for (const { x, y, w, h } of placed) context.rect(x, y, w, h);
    context.fill();
    context.stroke();
  }
  context.globalAlpha = 1;
  for (const placed of boxes)
    if (stepState(placed.box).active || placed.box === picture.selected || placed.box === picture.hovered) drawBox(placed, false);
}

// From afar: no more than what it is, as large as it fits.
function drawTitle({ box, x, y, w, h }) {
  const title = isModule(box) ? moduleTitle(box) : cardTitle(box), size = Math.min(h * 0.5, 1.5 * (w - 24) / title.length);
  if (size * picture.view.scale < 5) return;
  context.font = `600 ${size}px ${font}`;
  context.textBaseline = "middle";
  context.fillStyle = picture.colours.ink;
  context.fillText(title, x + 16, y + h / 2);
}

function drawFrame(placed) {
  const { box, x, y, w, h } = placed, colours = picture.colours;
  roundRect(x, y, w, h, 12);
  context.fillStyle = colours.frame;
  context.fill();
  const marked = box === picture.selected || box === picture.hovered;
  context.strokeStyle = marked ? colours.accent : colours["module-line"];
  context.lineWidth = marked ? 2.5 : 1;
  if (!marked && picture.view.scale > far) context.setLineDash([5, 4]);
  context.stroke();
  context.setLineDash([]);
  const scale = picture.view.scale;
  if (w * scale < 40) return;
  // The title stays legible from afar, as far as its frame is wide.
  const room = w - 24, short = `▾ ${moduleTitle(box)}`, long = box.name ? `${short}  ${box.type}` : short;
  const widthAt1 = (title) => widthOf(title, styles.title) / 14;
  const wanted = Math.min(Math.max(13, 11 / scale), 26), title = widthAt1(long) * wanted <= room ? long : short;
  context.textBaseline = "middle";
  context.font = `600 ${Math.min(wanted, room / widthAt1(title))}px ${font}`;
  context.fillStyle = colours.muted;
  context.fillText(title, x + 12, y + 17);
}

// --- edges

// Parts shorter than `short` are straight.
function tracePath(points, rightwards, short) {
  context.moveTo(points[0].x, points[0].y);
  for (let i = 1; i < points.length; ++i) {
    const a = points[i - 1], b = points[i];
    if (short > 0 && Math.abs(a.x - b.x) + Math.abs(a.y - b.y) < short) {
      context.lineTo(b.x, b.y);
    } else if (b.turn) {
      context.arcTo(b.x, b.y, points[i + 1].x, points[i + 1].y, 10);
    } else if (a.turn) {
      context.lineTo(b.x, b.y);
    } else if (rightwards) {
      const middle = (a.x + b.x) / 2;
      context.bezierCurveTo(middle, a.y, middle, b.y, b.x, b.y);
    } else {
      const middle = (a.y + b.y) / 2;
      context.bezierCurveTo(a.x, middle, b.x, middle, b.x, b.y);
    }
  }
}
function traceHead(point, rightwards, size) {
  context.moveTo(point.x, point.y);
  if (rightwards) {
    context.lineTo(point.x - size, point.y - size / 2);
    context.lineTo(point.x - size, point.y + size / 2);
  } else {
    context.lineTo(point.x - size / 2, point.y - size);
    context.lineTo(point.x + size / 2, point.y - size);
  }
  context.closePath();
}
function boundsOf(edge) {
  if (!edge.bounds) {
    const xs = edge.points.map((point) => point.x), ys = edge.points.map((point) => point.y);
    edge.bounds = { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
  }
  return edge.bounds;
}
function touches(edge, box) { return box && (edge.from === box || edge.to === box); }

function drawEdges(edges, colour, width) {
  if (edges.length === 0) return;
  const { rightwards } = picture.layout, short = picture.view.scale > far ? 0 : 16 / picture.view.scale;
  context.strokeStyle = context.fillStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  for (const edge of edges) tracePath(edge.points, rightwards, short);
  context.stroke();
  if (picture.view.scale < far) return;
  context.beginPath();
  for (const edge of edges) traceHead(edge.points[edge.points.length - 1], rightwards, 5 + 2 * width);
  context.fill();
}

// --- drawing

function seenPart() {
  const { x, y, scale } = picture.view, w = canvas.clientWidth / scale, h = canvas.clientHeight / scale;
  return { left: x - w / 2, right: x + w / 2, top: y - h / 2, bottom: y + h / 2 };
}

function draw() {
  const started = performance.now(), ratio = window.devicePixelRatio || 1, colours = picture.colours;
  const width = Math.round(canvas.clientWidth * ratio), height = Math.round(canvas.clientHeight * ratio);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const { x, y, scale } = picture.view, part = seenPart();
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = colours.ground;
  context.fillRect(0, 0, width, height);
  context.setTransform(scale * ratio, 0, 0, scale * ratio, width / 2 - x * scale * ratio, height / 2 - y * scale * ratio);
  const isSeen = (box) => box.x < part.right && box.x + box.w > part.left && box.y < part.bottom && box.y + box.h > part.top;
  for (const frame of picture.layout.frames) if (isSeen(frame)) drawFrame(frame);

  const plain = [], marked = [], forward = [], backward = [];
  for (const edge of picture.layout.edges) {
    const bounds = boundsOf(edge);
    if (bounds.left > part.right + 9 || bounds.right < part.left - 9 || bounds.top > part.bottom || bounds.bottom < part.top) continue;
    const step = stepEdge(edge);
    const isMarked = edge === picture.hovered || touches(edge, picture.hovered) || touches(edge, picture.selected);
    (step === "forward" ? forward : step === "backward" ? backward : isMarked ? marked : plain).push(edge);
  }
  drawEdges(plain, colours.edge, Math.max(1.1, 0.7 / scale));
  drawEdges(marked, colours.accent, Math.max(2.2, 1.2 / scale));
  drawEdges(forward, colours.value, Math.max(3, 2 / scale));
  drawEdges(backward, colours.gradient, Math.max(3, 2 / scale));
  const boxes = picture.layout.boxes.filter(isSeen);
  if (scale > far) for (const box of boxes) drawBox(box, scale > legible);
  else drawFromAfar(boxes);
  ++picture.redraws;
  picture.drawing = performance.now() - started;
}

let awaited = 0;
function redraw() {
  if (awaited) return;
  awaited = requestAnimationFrame(() => {
    awaited = 0;
    draw();
  });
}
