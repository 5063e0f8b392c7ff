export const seconds = (value) => (value < 1 ? `${Math.round(value * 1000)} ms` : `${value.toFixed(2)} s`);
export const requestsPerSecond = (value) => `${Math.round(value).toLocaleString('en')} /s`;
export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
export const percent = (share) => `${(share * 100).toFixed(2)}%`;
export const ratio = (value) => value.toFixed(2);
