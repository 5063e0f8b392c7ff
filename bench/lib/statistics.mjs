export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** One ratio a round. */
export function pairwiseRatios(numerators, denominators) {
  return numerators.map((numerator, round) => numerator / denominators[round]);
}
