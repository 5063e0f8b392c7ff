import { smartCachePostcss } from './next/bundled-css.js';

// Tools call what they `require`, so the plugin is the module itself.
export = smartCachePostcss;
