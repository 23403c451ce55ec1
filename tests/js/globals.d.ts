/* What classic scripts put into every page that loads them: the public verifier and the signature pad. */

declare class SignaturePad extends EventTarget {
  constructor(canvas: HTMLCanvasElement, options: { minWidth: number; maxWidth: number; penColor: string });
  toData(): { points: { x: number; y: number }[] }[];
  fromData(groups: { points: { x: number; y: number }[] }[]): void;
  clear(): void;
}

/** static/drs1.js: one file for pages, workers and Node; docs/protocol.md says what it computes. */
declare const DRS1: {
  Refused: new (message: string, verdict?: string) => Error & { verdict: string };
  verify(
    certificate: Uint8Array,
    files: Record<string, Uint8Array>,
    tell: (step: string, share: number) => void,
  ): DRS1Report & { outcome: DRS1Outcome | null };
  find(outcome: DRS1Outcome, id: string): DRS1Row | null;
  filesOf(outcome: DRS1Outcome): { name: string; label: string; digest: string; bytes: Uint8Array }[];
  strataOf(outcome: DRS1Outcome): DRS1Stratum[];
  alias(own: Uint8Array, id: string, suite?: string): string;
  digest(suite: string, bytes: Uint8Array): string;
  hex(bytes: Uint8Array): string;
  unhex(text: string): Uint8Array;
  isHex(text: string, digits?: number): boolean;
};

/** A recomputed draw: what a page may know of it. */
interface DRS1Outcome {
  list: { count: number };
  selection: { chosen: ArrayLike<number> };
  plan: { suiteName: string };
}

interface DRS1Stratum {
  code: string; base: number; pool: number; forced: number; excluded: number; n: number; topup: number; cut: string;
}

interface DRS1Row {
  id: string; ticket: string; status: string; reason: string;
  how: "draw" | "topup" | "forced" | "waiting" | "";
  stratum: DRS1Stratum; rank: number; waiting: number; number: number; batch: number;
}

interface DRS1Report {
  verdict: "passed" | "incomplete" | "refused" | "unreadable";
  why: string; grade: string; alias: boolean;
  absent: { key: string; label: string; href: string; bytes: number; digest: string }[];
  lines: { mark: string; text: string; code?: string }[];
  candidates?: number; selected?: number; strata?: DRS1Stratum[];
  files?: { name: string; label: string; digest: string; size: number }[];
}

/** In a worker. */
declare function importScripts(address: string): void;
