/** A page of the fixture `distributions`, and the expected results. */
export interface DistributionPage {
  name: string;
  /** Selector of an element that exists when the page is rendered. */
  shows: string;
  /** Faces that its text is set in, if it brings any: family, weight and style. */
  fonts?: readonly string[];
  /** Files without which the page looks different. This proves that its screenshot shows them. */
  needs: RegExp;
  /** Asset paths that the page requests without a hash, and the reason why that is right. */
  plain?: { assetPaths: readonly string[]; because: string };
  edit?: Edit;
}

export interface Edit {
  /** The file that changes, and its new content: another file, or its own text with this text appended. */
  assetPath: string;
  by: { copyOf: string } | { adding: string };
  /** Whether the edit changes the look of the page. */
  isSeen: boolean;
  /** Asset paths that a browser with a warm cache asks for then, besides the page, where no import map keeps importers as they are. */
  refetched: readonly string[];
}

const COPY_SHADER = '/three/examples/jsm/shaders/CopyShader.js';

export const DISTRIBUTION_PAGES: readonly DistributionPage[] = [
  {
    name: 'katex',
    shows: '.katex-html .delimsizing',
    fonts: [
      'KaTeX_AMS 400 normal',
      'KaTeX_Caligraphic 400 normal',
      'KaTeX_Fraktur 400 normal',
      'KaTeX_Main 400 normal',
      'KaTeX_Main 700 normal',
      'KaTeX_Math 400 italic',
      'KaTeX_Size2 400 normal',
      'KaTeX_Size3 400 normal',
    ],
    needs: /KaTeX_Size3/,
    edit: {
      assetPath: '/katex/fonts/KaTeX_Main-Regular.woff2',
      by: { copyOf: '/katex/fonts/KaTeX_Typewriter-Regular.woff2' },
      isSeen: true,
      refetched: ['/katex/fonts/KaTeX_Main-Regular.woff2', '/katex/katex.min.css'],
    },
  },
  {
    name: 'bootstrap',
    shows: '.dropdown-menu.show',
    needs: /bootstrap\/css/,
    // It has neither fonts nor images of its own; what it refers to are its source maps.
    edit: {
      assetPath: '/bootstrap/css/bootstrap.min.css.map',
      by: { adding: '\n' },
      isSeen: false,
      refetched: ['/bootstrap/css/bootstrap.min.css'],
    },
  },
  {
    name: 'leaflet',
    shows: '.leaflet-marker-icon',
    needs: /images\/marker-shadow/,
    edit: {
      assetPath: '/leaflet/images/layers.png',
      by: { copyOf: '/leaflet/images/marker-icon.png' },
      isSeen: true,
      refetched: ['/leaflet/images/layers.png', '/leaflet/leaflet.css'],
    },
  },
  {
    name: 'leaflet-as-it-is',
    shows: '.leaflet-marker-icon',
    needs: /images\/layers/,
    plain: {
      assetPaths: ['layers.png', 'marker-icon.png', 'marker-shadow.png'].map((name) => `/leaflet-as-it-is/images/${name}`),
      because:
        '`references.exclude` names the stylesheet that refers to them, and Leaflet takes the folder of its icons from that stylesheet',
    },
  },
  {
    name: 'inter',
    shows: 'main',
    fonts: ['Inter 400 italic', 'Inter 400 italic', 'Inter 400 normal', 'Inter 700 normal', 'Inter 700 normal'],
    needs: /inter-greek-700/,
    edit: {
      assetPath: '/inter/files/inter-latin-400-normal.woff2',
      by: { copyOf: '/inter/files/inter-latin-900-normal.woff2' },
      isSeen: true,
      refetched: ['/inter/files/inter-latin-400-normal.woff2', '/inter/latin-400.css'],
    },
  },
  {
    name: 'font-awesome',
    shows: 'main',
    fonts: ['Font Awesome 5 Free 400 normal', 'Font Awesome 7 Brands 400 normal', 'Font Awesome 7 Free 900 normal'],
    needs: /sprites\/solid/,
    edit: {
      assetPath: '/font-awesome/webfonts/fa-solid-900.woff2',
      by: { copyOf: '/font-awesome/webfonts/fa-regular-400.woff2' },
      isSeen: true,
      refetched: ['/font-awesome/css/solid.min.css', '/font-awesome/css/v5-font-face.min.css', '/font-awesome/webfonts/fa-solid-900.woff2'],
    },
  },
  {
    name: 'three',
    shows: 'canvas',
    needs: /RGBShiftShader/,
    edit: {
      assetPath: COPY_SHADER,
      by: { adding: '\n// edited\n' },
      isSeen: false,
      // A file that imports it by a bare name does not hold its hash: such names always need an import map.
      refetched: ['/three/examples/jsm/postprocessing/EffectComposer.js', COPY_SHADER],
    },
  },
  {
    name: 'modules',
    shows: '#stage p',
    needs: /icon/,
    edit: {
      assetPath: '/modules/leaf.js',
      by: { adding: '\n// edited\n' },
      isSeen: false,
      refetched: ['/modules/greeting.js', '/modules/late.js', '/modules/leaf.js', '/modules/main.js'],
    },
  },
];

export const EDITED_PAGES = DISTRIBUTION_PAGES.flatMap(({ edit, ...page }) => (edit ? [{ ...page, edit }] : []));

export function pageNamed(wanted: string): DistributionPage {
  const page = DISTRIBUTION_PAGES.find(({ name }) => name === wanted);
  if (page === undefined) throw new Error(`the fixture has no page ${wanted}`);
  return page;
}

/** The browser requests the icon of the site by itself, under its fixed name. */
export const ALWAYS_PLAIN = ['/favicon.ico'];

/** These messages come from the machine, not from the page: it has no GPU. */
export const MESSAGES_OF_THE_MACHINE = [
  /GL Driver Message .*GPU stall due to ReadPixels/,
  /No available adapters/,
  /WebGPU is experimental/,
  /Failed to create WebGPU/,
];
