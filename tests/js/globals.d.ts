/* What classic scripts put into every page that loads them: the public verifier and the signature pad. */

declare class SignaturePad extends EventTarget {
  constructor(canvas: HTMLCanvasElement, options: { minWidth: number; maxWidth: number; penColor: string });
  toData(): { points: { x: number; y: number }[] }[];
  fromData(groups: { points: { x: number; y: number }[] }[]): void;
  clear(): void;
}
