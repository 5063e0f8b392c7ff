export const seconds = (value) => (value < 1 ? `${Math.round(value * 1000)} ms` : `${value.toFixed(2)} s`);
export const requestsPerSecond = (value) => `${Math.round(value).toLocaleString('en')} /s`;
export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
export const kilobytes = (bytes) => `${(bytes / 1e3).toFixed(0)} kB`;
export const bytesInFull = (bytes) => `${bytes.toLocaleString('en')} B`;
export const count = (value) => value.toLocaleString('en');
export const percent = (share) => `${(share * 100).toFixed(2)}%`;
/** A reference of 0, such as no requests, has no ratio. */
export const ratio = (value) => (Number.isFinite(value) ? value.toFixed(2) : '–');
