/** Called with what has been done so far, and what there is to do, which may grow: bytes, files. */
export type OnProgress = (done: number, total: number) => void;
