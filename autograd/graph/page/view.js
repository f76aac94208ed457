// Where the picture is looked at from, and what lies at a place of the screen.

let flight = 0;
function fly(to) {
  cancelAnimationFrame(flight);
  const from = { ...picture.view }, started = performance.now();
  if (calm.matches) {
    Object.assign(picture.view, to);
    return redraw();
  }
  const move = (now) => {
    const t = Math.min(1, Math.max(0, (now - started) / 220)), eased = 1 - (1 - t) ** 3;
    picture.view.scale = from.scale * (to.scale / from.scale) ** eased;
    picture.view.x = from.x + (to.x - from.x) * eased;
    picture.view.y = from.y + (to.y - from.y) * eased;
    draw();
    if (t < 1) flight = requestAnimationFrame(move);
  };
  flight = requestAnimationFrame(move);
}

const scales = { least: 0.02, most: 4 };
function limited(scale) { return Math.min(scales.most, Math.max(scales.least, scale)); }
function fit(gently = true) {
  const { w, h } = picture.layout;
  const to = { x: w / 2, y: h / 2, scale: limited(Math.min((canvas.clientWidth - 50) / w, (canvas.clientHeight - 50) / h, 1.5)) };
  if (gently) return fly(to);
  Object.assign(picture.view, to);
  redraw();
}
function zoom(factor, at = { x: canvas.clientWidth / 2, y: canvas.clientHeight / 2 }) {
  cancelAnimationFrame(flight);
  const view = picture.view, scale = limited(view.scale * factor), fixed = pictureAt(at.x, at.y);
  view.x = fixed.x - (at.x - canvas.clientWidth / 2) / scale;
  view.y = fixed.y - (at.y - canvas.clientHeight / 2) / scale;
  view.scale = scale;
  redraw();
}
function pictureAt(x, y) {
  const { view } = picture;
  return { x: view.x + (x - canvas.clientWidth / 2) / view.scale, y: view.y + (y - canvas.clientHeight / 2) / view.scale };
}
function screenAt(x, y) {
  const { view } = picture;
  return { x: (x - view.x) * view.scale + canvas.clientWidth / 2, y: (y - view.y) * view.scale + canvas.clientHeight / 2 };
}
// Brings a box into sight, where it is not.
function show(box) {
  const { x, y, w, h } = box.placed, part = seenPart(), scale = Math.max(picture.view.scale, 0.6);
  const margin = 30 / picture.view.scale;
  const inside = x - margin > part.left && x + w + margin < part.right && y - margin > part.top && y + h + margin < part.bottom;
  if (!inside || scale > picture.view.scale) fly({ x: x + w / 2, y: y + h / 2, scale });
}

// Lays everything out anew; `fixed`, a box, stays where it is on the screen.
function arrange(fixed = null) {
  const before = fixed && fixed.placed ? screenAt(fixed.placed.x, fixed.placed.y) : null;
  picture.layout = layOut(picture.unfolded, picture.rightwards, sizeOf);
  if (before && fixed.placed) {
    const after = screenAt(fixed.placed.x, fixed.placed.y);
    picture.view.x += (after.x - before.x) / picture.view.scale;
    picture.view.y += (after.y - before.y) / picture.view.scale;
  }
  redraw();
}

// --- what lies at a place of the screen

function boxAt(x, y) {
  const at = pictureAt(x, y);
  const within = (placed, h = placed.h) => at.x >= placed.x && at.x <= placed.x + placed.w && at.y >= placed.y && at.y <= placed.y + h;
  const found = picture.layout.boxes.find((placed) => within(placed));
  return found || [...picture.layout.frames].reverse().find((placed) => within(placed, gap.bar)) || null;
}
function edgeAt(x, y) {
  const at = pictureAt(x, y), near = 6 / picture.view.scale, rightwards = picture.layout.rightwards;
  for (const edge of picture.layout.edges) {
    const bounds = boundsOf(edge);
    if (at.x < bounds.left - near || at.x > bounds.right + near || at.y < bounds.top - near || at.y > bounds.bottom + near) continue;
    for (let i = 1; i < edge.points.length; ++i) {
      const a = edge.points[i - 1], b = edge.points[i];
      for (let t = 0; t <= 1; t += 1 / 24) {
        const s = 3 * t * t - 2 * t * t * t;  // across; along, the curve's controls lie at the middle
        const u = 1.5 * t * (1 - t) + t * t * t;
        const straight = a.turn || b.turn, across = straight ? t : s, along = straight ? t : u;
        const px = a.x + (b.x - a.x) * (rightwards ? along : across), py = a.y + (b.y - a.y) * (rightwards ? across : along);
        if (Math.hypot(px - at.x, py - at.y) < near) return edge;
      }
    }
  }
  return null;
}
