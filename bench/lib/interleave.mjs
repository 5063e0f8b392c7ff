// A B A B …, so that whatever else the machine does meanwhile hits all contenders alike.

/**
 * @param contenders name → async function that measures once and returns a number.
 * @returns name → its numbers, one a round, so that equal indexes were measured next to each other.
 */
export async function interleave(rounds, contenders) {
  const names = Object.keys(contenders);
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const name of names) samples[name].push(await contenders[name]());
    const latest = names.map((name) => `${name} ${samples[name].at(-1).toPrecision(3)}`);
    console.error(`  round ${round} of ${rounds}: ${latest.join(', ')}`);
  }
  return samples;
}
