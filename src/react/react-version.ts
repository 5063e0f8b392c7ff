import { version } from 'react';

/** React 19 hoists and de-duplicates stylesheets and scripts; React 18 would print its props as attributes. */
export const hoistsResources = Number.parseInt(version, 10) >= 19;
