/**
 * Memory for one thing at a time: what is returned holds until the next call.
 * Of large files, a new buffer for each would wait for the garbage collector,
 * which is in no hurry.
 *
 * @returns a function of a size in bytes.
 */
export function reusableMemory(): (size: number) => Buffer {
  let memory = Buffer.alloc(0);
  return (size) => {
    // In powers of two: what is outgrown waits for the collector too.
    if (memory.length < size) memory = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(size)));
    return memory.subarray(0, size);
  };
}
