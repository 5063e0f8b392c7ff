// One line of the table: ours against a reference, as a ratio.
import { median, pairwiseRatios } from './statistics.mjs';

/**
 * The ratio is the median of the ratios of each round, not the ratio of the
 * medians: the two numbers of a round saw the same machine.
 *
 * @param unit how to print `ours` and `reference`.
 * @param quotient which of the two is divided by the other.
 * @param atLeast or `atMost`: the target for the ratio. Default: none.
 * @param exactly the target for ours, in every round.
 * @param atMostMore the target for the difference instead: so much more than the reference, in the median of all rounds.
 */
export function ratioRow({ name, unit, ours, reference, quotient = 'ours / reference', ...targets }) {
  const ratios = quotient === 'ours / reference' ? pairwiseRatios(ours, reference) : pairwiseRatios(reference, ours);
  const ratio = median(ratios);
  const difference = median(ours.map((value, round) => value - reference[round]));
  const [target, isMet] = compare({ ours, ratio, difference, unit, ...targets });
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

function compare({ ours, ratio, difference, unit, atLeast, atMost, atMostMore, exactly }) {
  if (atLeast !== undefined) return [`≥ ${atLeast}`, ratio >= atLeast];
  if (atMost !== undefined) return [`≤ ${atMost}`, ratio <= atMost];
  if (atMostMore !== undefined) return [`≤ ${unit(atMostMore)} more`, difference <= atMostMore];
  if (exactly !== undefined) return [`ours = ${unit(exactly)}`, ours.every((value) => value === exactly)];
  return ['–', undefined];
}
