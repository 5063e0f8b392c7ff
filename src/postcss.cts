import { smartCachePostcss } from './next/postcss-plugin.js';

// Tools call what they `require`, so the plugin is the module itself.
export = smartCachePostcss;
