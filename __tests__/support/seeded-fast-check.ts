import fc from 'fast-check';

// Each run tries the same inputs, so that a failure is one of the change under test. `FUZZ_SEED=$RANDOM npm run test:unit` tries others.
fc.configureGlobal({ seed: Number(process.env.FUZZ_SEED ?? 1) });

export default fc;
