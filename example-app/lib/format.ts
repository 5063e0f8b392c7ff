const number = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

export function formatCount(value: number): string {
  return number.format(value);
}

export function formatBytes(bytes: number): string {
  return bytes < 1000 ? `${number.format(bytes)} B` : `${number.format(bytes / 1000)} kB`;
}

export function formatMilliseconds(milliseconds: number): string {
  return `${number.format(milliseconds)} ms`;
}
