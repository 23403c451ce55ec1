/* The geometry of a signature: strokes on a field 1000 wide, whatever the screen. inspections holds the
   same limits when the strokes arrive. */

export const WIDTH = 1000;
export const SHORTEST = 60;                         /* what is shorter is a touch, not a signature */

/** @typedef {{ x: number, y: number }} Point  in CSS pixels of the canvas */
/** @typedef {[number, number][]} Stroke  whole numbers from 0 to WIDTH */

/**
 * What was drawn, measured on the field instead of the screen; a stroke without points is none.
 * @param {Iterable<{ points: Point[] }>} groups
 * @param {number} canvasWidth  in CSS pixels
 * @returns {Stroke[]}
 */
export function strokesOf(groups, canvasWidth) {
  const scale = WIDTH / canvasWidth;
  /** @param {number} value */
  const fit = (value) => Math.min(WIDTH, Math.max(0, Math.round(value * scale)));
  return [...groups]
    .map((group) => group.points.map((point) => /** @type {[number, number]} */ ([fit(point.x), fit(point.y)])))
    .filter((points) => points.length);
}

/**
 * The way the finger went, along both axes.
 * @param {Stroke[]} strokes
 */
export function lengthOf(strokes) {
  let sum = 0;
  for (const points of strokes) {
    points.forEach(([x, y], at) => {
      if (at) sum += Math.abs(x - points[at - 1][0]) + Math.abs(y - points[at - 1][1]);
    });
  }
  return sum;
}

/**
 * Is it more than an accidental touch?
 * @param {Stroke[]} strokes
 */
export const isSigned = (strokes) => lengthOf(strokes) >= SHORTEST;

/**
 * The same drawing on a canvas of another width: a turned phone.
 * @template {Point} T
 * @param {{ points: T[] }[]} groups  changed in place, as the pad keeps its own data
 * @param {number} scale
 */
export function rescale(groups, scale) {
  for (const group of groups) {
    for (const point of group.points) {
      point.x *= scale;
      point.y *= scale;
    }
  }
}
