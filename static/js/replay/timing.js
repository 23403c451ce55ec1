/* Which stored ticket numbers are shown when: the smallest first, over a fixed time. Nothing is drawn here. */

export const LENGTH = 2000;                         /* ms for the whole range of numbers */

/**
 * The place of a mark on the strip, from 0 to 100; what has no place in per cent stands at the start.
 * @param {(string | null)[]} coordinates
 */
export function placeOf(coordinates) {
  const found = coordinates.find((value) => value !== null && value.endsWith("%"));
  return found ? parseFloat(found) : 0;
}

/**
 * How many of the ascending places are reached after so many ms.
 * @param {number[]} places
 * @param {number} elapsed
 */
export function reached(places, elapsed) {
  const share = (elapsed / LENGTH) * 100;
  const first = places.findIndex((place) => place > share);
  return first < 0 ? places.length : first;
}
