// Where everything stands. Every unfolded module is laid out by itself in layers and is one box of its parent: since the
// nodes of a call are recorded one after the other, boxes never lie in a cycle.

const gap = { across: 26, along: 52, past: 24, frame: 16, bar: 30, title: 14 };
const longestRouted = 24;  // an edge over more layers runs straight

// The box of a node: itself, or the outermost folded module around it.
function boxOf(node, unfolded) {
  let box = node;
  for (let m = node.module; m >= 0; m = modules[m].parent) if (!unfolded.has(m)) box = modules[m];
  return box;
}
function isModule(box) { return box.children !== undefined; }
function levelOf(box) { return isModule(box) ? box.parent : box.module; }

// The edges between boxes that are seen, each once, with the level at which their boxes lie side by side.
function seenEdges(unfolded) {
  const edges = new Map();
  for (const node of nodes) {
    const to = boxOf(node, unfolded);
    node.inputs.forEach((input, k) => {
      if (input.from < 0) return;
      const from = boxOf(nodes[input.from], unfolded);
      if (from === to) return;
      const key = (isModule(from) ? "m" : "n") + from.id + (isModule(to) ? ">m" : ">n") + to.id;
      if (!edges.has(key)) edges.set(key, { from, to, parts: [] });
      edges.get(key).parts.push({ node, k });
    });
  }
  for (const edge of edges.values()) {
    const above = [];  // the levels around `from`, inner ones first
    for (let level = levelOf(edge.from); ; level = modules[level].parent) {
      above.push(level);
      if (level < 0) break;
    }
    const below = [];
    let level = levelOf(edge.to);
    for (; !above.includes(level); level = modules[level].parent) below.unshift(level);
    edge.leaves = above.slice(0, above.indexOf(level));
    edge.level = level;
    edge.enters = below;
  }
  return [...edges.values()];
}

function lastOf(box) { return isModule(box) ? box.last : box.id; }

// The layer of every item: as far from the inputs as the longest path, but right before its use where that makes no link
// longer in sum, as for a parameter.
function assignLayers(items, links) {
  const rank = (item) => (item.port === "in" ? -1 : item.port === "out" ? Infinity : lastOf(item.box));
  items.sort((a, b) => rank(a) - rank(b) || 0);
  const first = items.some((item) => item.port === "in") ? 1 : 0;  // the ports have a layer of their own
  items.forEach((item, i) => Object.assign(item, { order: i, layer: item.port === "in" ? 0 : first, before: [], after: [] }));
  for (const link of links) {
    if (link.from.order >= link.to.order) continue;
    link.from.after.push(link.to);
    link.to.before.push(link.from);
  }
  for (const item of items) for (const next of item.after) next.layer = Math.max(next.layer, item.layer + 1);
  const deepest = Math.max(...items.map((item) => item.layer));
  for (const item of [...items].reverse()) {
    if (item.port === "out") item.layer = deepest;  // edges leave at the end
    if (!item.port && item.after.length > 0 && item.after.length >= item.before.length) item.layer = Math.min(...item.after.map((next) => next.layer)) - 1;
  }
}

// Items of no size where a link passes a layer.
function routeLinks(items, links) {
  for (const item of items) item.before = [], item.after = [];
  const join = (a, b) => { a.after.push(b); b.before.push(a); };
  const stops = [];
  for (const link of links) {
    link.stops = [];
    const span = link.to.layer - link.from.layer;
    if (span < 1) continue;
    let previous = link.from;
    for (let layer = link.from.layer + 1; layer < link.to.layer && span <= longestRouted; ++layer) {
      const stop = { stop: true, layer, width: 8, length: 0, before: [], after: [] };
      join(previous, stop);
      link.stops.push(stop);
      previous = stop;
    }
    if (span <= longestRouted) join(previous, link.to);
    stops.push(...link.stops);
  }
  return stops;
}

function mean(items, of) { return items.reduce((sum, item) => sum + of(item), 0) / items.length; }

// Orders each layer by the mean place of its neighbours, down and up in turn.
function orderLayers(layers) {
  const number = (layer) => layer.forEach((item, i) => { item.place = i; });
  layers.forEach(number);
  for (let sweep = 0; sweep < 8; ++sweep) {
    const downwards = sweep % 2 === 0;
    const sorted = downwards ? layers : [...layers].reverse();
    for (const layer of sorted) {
      for (const item of layer) {
        const neighbours = downwards ? item.before : item.after;
        item.wish = neighbours.length > 0 ? mean(neighbours, (other) => other.place) : item.place;
      }
      layer.sort((a, b) => a.wish - b.wish || a.place - b.place);
      number(layer);
    }
  }
}

// The places nearest to the wishes, in order and apart: neighbours that would overlap become a block at their mean wish.
function placeLayer(layer) {
  const blocks = [];
  let offset = 0;
  layer.forEach((item, i) => {
    if (i > 0) offset += (layer[i - 1].width + item.width) / 2 + (item.stop && layer[i - 1].stop ? 8 : gap.across);
    item.offset = offset;
    let block = { items: [item], sum: item.wish - offset, weight: 1 };
    while (blocks.length > 0 && blocks[blocks.length - 1].sum / blocks[blocks.length - 1].weight > block.sum / block.weight) {
      const left = blocks.pop();
      left.items.push(...block.items);
      block = { items: left.items, sum: left.sum + block.sum, weight: left.weight + block.weight };
    }
    blocks.push(block);
  });
  for (const block of blocks) for (const item of block.items) item.across = block.sum / block.weight + item.offset;
}

function placeAcross(layers) {
  for (const layer of layers) {
    for (const item of layer) item.wish = 0;
    placeLayer(layer);
  }
  for (let sweep = 0; sweep < 10; ++sweep) {
    const sorted = sweep % 2 === 0 ? layers : [...layers].reverse();
    for (const layer of sorted) {
      for (const item of layer) {
        const near = sweep < 6 ? (sweep % 2 === 0 ? item.before : item.after) : [...item.before, ...item.after];
        item.wish = near.length > 0 ? mean(near, (other) => other.across) : item.across;
      }
      placeLayer(layer);
    }
  }
}

// Where a long row of layers is cut into columns: near the places that make them equal, where the fewest links cross.
function breaksOf(layers, links, columns) {
  const crossing = new Array(layers.length + 1).fill(0);
  for (const link of links)
    for (let layer = link.from.layer + 1; layer <= link.to.layer; ++layer) ++crossing[layer];
  const last = layers[layers.length - 1], whole = last.start + last.extent, breaks = [0];
  for (let column = 1; column < columns; ++column) {
    const ideal = whole * column / columns, near = 0.25 * whole / columns;
    const away = (layer) => Math.abs(layers[layer].start - ideal);
    // A crossing link weighs as much as a quarter of the way that a break may stray.
    const cost = (layer) => crossing[layer] + 4 * away(layer) / near;
    let best = -1;
    for (let layer = breaks[breaks.length - 1] + 1; layer < layers.length; ++layer)
      if (away(layer) <= near && (best < 0 || cost(layer) < cost(best))) best = layer;
    if (best >= 0) breaks.push(best);
  }
  return breaks;
}

// A deep level is set in columns, as text is; the links from one to the next turn around in the space between.
function setInColumns(layers, links, size, rightwards) {
  const shape = rightwards ? 0.65 : 1.5, lane = 8;
  const columns = Math.round(Math.sqrt(shape * size.along / (size.across + 60)));
  if (columns < 2 || layers.length < 16 || size.along < 1600 || size.along < 2.5 * size.across) return size;
  const breaks = breaksOf(layers, links, columns);
  const columnOf = (layer) => breaks.filter((first) => first <= layer).length - 1;
  const wrapped = links.filter((link) => columnOf(link.from.layer) !== columnOf(link.to.layer));
  const turning = breaks.map((_, column) => wrapped.filter((link) => columnOf(link.from.layer) === column));
  const margin = 24 + lane * Math.max(...turning.map((group) => group.length));
  let left = 0, longest = 0;
  const settled = [];
  breaks.forEach((first, column) => {
    const end = breaks[column + 1] || layers.length, items = layers.slice(first, end).flat();
    const least = Math.min(...items.map((item) => item.across - item.width / 2));
    const most = Math.max(...items.map((item) => item.across + item.width / 2));
    for (const item of items) {
      item.across += left - least;
      item.along += margin - layers[first].start;
    }
    const last = layers[end - 1], length = last.start + last.extent - layers[first].start;
    longest = Math.max(longest, length);
    left += most - least;
    settled.push({ right: left, end: margin + length });
    if (column + 1 < breaks.length) left += 50 + lane * turning[column].length;
  });
  turning.forEach((group, column) => group.forEach((link, i) => {
    const fromColumn = columnOf(link.from.layer), toColumn = columnOf(link.to.layer);
    const across = settled[column].right + 25 + lane * i, bottom = settled[column].end + 16 + lane * i, top = margin - 16 - lane * i;
    const turn = (along) => ({ across, along, turn: true });
    link.stops = [...link.stops.filter((stop) => columnOf(stop.layer) === fromColumn), turn(bottom), turn(bottom), turn(top), turn(top),
      ...link.stops.filter((stop) => columnOf(stop.layer) === toColumn)];
  }));
  return { across: left, along: longest + 2 * margin };
}

// A deep row of layers stands upright: what neighbours add up to over many layers is taken out.
function straighten(layers) {
  if (layers.length < 16) return;
  const middles = layers.map((layer) => (layer.length === 0 ? 0 : mean(layer, (item) => item.across)));
  const centre = (layers.length - 1) / 2, average = mean(middles, (middle) => middle);
  let product = 0, squares = 0;
  middles.forEach((middle, i) => {
    product += (i - centre) * (middle - average);
    squares += (i - centre) ** 2;
  });
  layers.forEach((layer, i) => { for (const item of layer) item.across -= product / squares * (i - centre); });
}

// Lays out one level; its items get `across` and `along`, the middle of each, from 0 on. Returns the level's size.
function layLevel(items, links, rightwards) {
  if (items.length === 0) return { across: 0, along: 0 };
  assignLayers(items, links);
  const all = items.concat(routeLinks(items, links));
  const layers = [];
  for (const item of all) (layers[item.layer] = layers[item.layer] || []).push(item);
  for (let i = 0; i < layers.length; ++i) layers[i] = layers[i] || [];
  orderLayers(layers);
  placeAcross(layers);
  straighten(layers);
  let along = 0, least = Infinity, most = -Infinity;
  for (const layer of layers) {
    const length = Math.max(0, ...layer.map((item) => item.length));
    Object.assign(layer, { start: along, extent: length });
    for (const item of layer) {
      item.along = along + length / 2;
      item.half = length / 2;
      least = Math.min(least, item.across - item.width / 2);
      most = Math.max(most, item.across + item.width / 2);
    }
    along += length + (layer.every((item) => item.stop || item.port) ? gap.past : gap.along);
  }
  for (const item of all) item.across -= least;
  return setInColumns(layers, links, { across: most - least, along: along - gap.along }, rightwards);
}

// What an edge is made of, level by level: it leaves the modules around its beginning and enters those around its end, each
// through a port at their edge, which all edges from one box share.
function linksAlong(edge, linksOf) {
  const source = (isModule(edge.from) ? "m" : "n") + edge.from.id, out = "out " + source, into = "in " + source;
  const nameOf = (end) => (typeof end === "string" ? end : (isModule(end) ? "m" : "n") + end.id);
  const link = (level, start, end) => {
    if (!linksOf.has(level)) linksOf.set(level, new Map());
    const links = linksOf.get(level), key = nameOf(start) + ">" + nameOf(end);
    if (!links.has(key)) links.set(key, { start, end });
    return links.get(key);
  };
  let inner = edge.from;
  const leaving = edge.leaves.map((level) => {
    const made = link(level, inner, out);
    inner = modules[level];
    return made;
  });
  const steps = [...edge.enters.map((level) => modules[level]), edge.to];
  const across = link(edge.level, inner, steps[0]);
  const entering = edge.enters.map((level, i) => link(level, into, steps[i + 1]));
  return { leaving, across, entering };
}

// The whole picture: boxes with x, y, w, h (frames of unfolded modules first), edges with points.
function layOut(unfolded, rightwards, sizeOf) {
  const edges = seenEdges(unfolded);
  const linksOf = new Map();
  for (const edge of edges) edge.links = linksAlong(edge, linksOf);
  const frames = [], boxes = [];

  function layModule(level) {
    const inside = level < 0
      ? [...nodes.filter((node) => node.module < 0), ...modules.filter((module) => module.parent < 0)]
      : [...modules[level].nodes, ...modules[level].children];
    const items = [], itemOf = new Map();
    for (const box of inside) {
      const open = isModule(box) && unfolded.has(box.id);
      const size = open ? layModule(box.id) : sizeOf(box);
      const item = { box, open, size, width: rightwards ? size.h : size.w, length: rightwards ? size.w : size.h };
      items.push(item);
      itemOf.set(box, item);
    }
    const links = [...(linksOf.get(level) || new Map()).values()];
    for (const link of links) {
      for (const end of [link.start, link.end]) {
        if (itemOf.has(end)) continue;
        const port = { port: end.slice(0, end.indexOf(" ")), width: 8, length: 0 };
        items.push(port);
        itemOf.set(end, port);
      }
      Object.assign(link, { from: itemOf.get(link.start), to: itemOf.get(link.end) });
    }
    const size = layLevel(items, links, rightwards);
    const w = rightwards ? size.along : size.across, h = rightwards ? size.across : size.along;
    const result = level < 0 ? { w, h } : { w: Math.max(w + 2 * gap.frame, sizeOf(modules[level]).w), h: h + 2 * gap.frame + gap.bar };
    result.items = items;
    result.links = links;
    result.inset = (result.w - w) / 2;
    return result;
  }

  function settle(level, size, x, y) {
    const left = x + (level < 0 ? 0 : size.inset), top = y + (level < 0 ? 0 : gap.frame + gap.bar);
    const middle = (item) => ({ x: left + (rightwards ? item.along : item.across), y: top + (rightwards ? item.across : item.along), turn: item.turn });
    for (const item of size.items) {
      const at = middle(item);
      item.at = at;
      if (item.port) continue;
      const { w, h } = item.size;
      const placed = { box: item.box, open: item.open, x: at.x - w / 2, y: at.y - h / 2, w, h };
      item.box.placed = placed;
      (item.open ? frames : boxes).push(placed);
      if (item.open) settle(item.box.id, item.size, placed.x, placed.y);
    }
    // Beside boxes a line runs straight from the upper end of their layer to the lower.
    const ends = (stop) => (stop.turn ? [stop] : [-1, 1].map((side) => ({ ...stop, along: stop.along + side * stop.half })));
    for (const link of size.links) link.points = link.stops.flatMap(ends).map(middle);
  }

  for (const box of [...nodes, ...modules]) box.placed = null;
  const whole = layModule(-1);
  settle(-1, whole, 0, 0);
  for (const edge of edges) edge.points = pathOf(edge, rightwards);
  spreadEnds(edges, rightwards);
  return { frames, boxes, edges, w: whole.w, h: whole.h, rightwards };
}

function pathOf(edge, rightwards) {
  const a = edge.from.placed, b = edge.to.placed;
  const start = rightwards ? { x: a.x + a.w, y: a.y + a.h / 2 } : { x: a.x + a.w / 2, y: a.y + a.h };
  const end = rightwards ? { x: b.x, y: b.y + b.h / 2 } : { x: b.x + b.w / 2, y: b.y };
  const { leaving, across, entering } = edge.links;
  const points = [start, ...leaving.flatMap((link) => [...link.points, link.to.at]), ...across.points,
    ...entering.flatMap((link) => [link.from.at, ...link.points]), end].map((point) => ({ ...point }));
  alignTurns(points, rightwards);
  return points;
}
// The first and the last corner of a turn lie straight before and behind their neighbours.
function alignTurns(points, rightwards) {
  const across = rightwards ? "y" : "x";
  for (let i = 1; i < points.length; ++i) {
    if (points[i].turn && !points[i - 1].turn) points[i][across] = points[i - 1][across];
    if (!points[i].turn && points[i - 1].turn) points[i - 1][across] = points[i][across];
  }
}

// Arrows that meet in a box end side by side.
function spreadEnds(edges, rightwards) {
  const ending = new Map();
  for (const edge of edges) {
    if (!ending.has(edge.to)) ending.set(edge.to, []);
    ending.get(edge.to).push(edge);
  }
  for (const [to, group] of ending) {
    const from = (edge) => edge.points[edge.points.length - 2];
    group.sort((a, b) => rightwards ? from(a).y - from(b).y : from(a).x - from(b).x);
    group.forEach((edge, i) => {
      const end = edge.points[edge.points.length - 1], place = (i + 1) / (group.length + 1) - 0.5;
      if (rightwards) end.y += place * 0.7 * to.placed.h;
      else end.x += place * 0.7 * to.placed.w;
      alignTurns(edge.points, rightwards);
    });
  }
}
