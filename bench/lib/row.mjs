// One line of the table: ours against a reference, as a ratio.
import { median, pairwiseRatios } from './statistics.mjs';

/**
 * The ratio is the median of the ratios of each round, not the ratio of the
 * medians: the two numbers of a round saw the same machine.
 *
 * @param unit how to print `ours` and `reference`.
 * @param quotient which of the two is divided by the other.
 * @param atLeast or `atMost`: the target for the ratio. Default: none.
 */
export function ratioRow({ name, unit, ours, reference, quotient = 'ours / reference', atLeast, atMost }) {
  const ratios = quotient === 'ours / reference' ? pairwiseRatios(ours, reference) : pairwiseRatios(reference, ours);
  const ratio = median(ratios);
  const [target, isMet] =
    atLeast !== undefined ? [`≥ ${atLeast}`, ratio >= atLeast] : atMost !== undefined ? [`≤ ${atMost}`, ratio <= atMost] : ['–', undefined];
  return {
    name,
    ours: unit(median(ours)),
    reference: unit(median(reference)),
    ratio,
    spread: [Math.min(...ratios), Math.max(...ratios)],
    rounds: ratios.length,
    target,
    isMet,
  };
}
