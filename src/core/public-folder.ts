/**
 * The files of `public/`, as the compiler knows them. Empty as shipped;
 * `smart-cache-env.d.ts`, which `next-smart-cache build` writes, adds one
 * property: `assetPath`, the union of all asset paths.
 */
// biome-ignore lint/suspicious/noEmptyInterface: only an interface can be added to from outside.
export interface PublicFolder {}

/**
 * Every asset path of the app, or `string` where no `smart-cache-env.d.ts` is
 * part of the program. The way through for a path put together at run time.
 *
 * @example asset(`/flags/${country}.svg` as AssetPath)
 */
export type AssetPath = PublicFolder extends { assetPath: infer Path extends string } ? Path : string;
