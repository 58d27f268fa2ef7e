import { type CSSVariablesResolver, type MantineColorsTuple, createTheme } from '@mantine/core';

const sea: MantineColorsTuple = [
  '#e5f7f5',
  '#d0ecea',
  '#a3d9d5',
  '#72c5bf',
  '#4ab4ad',
  '#2fa8a0',
  '#159a92',
  '#00837c',
  '#006e6f',
  '#00595a',
];

/** Cool, as the light page is. */
const dark: MantineColorsTuple = [
  '#d3d8dc',
  '#b8bfc5',
  '#8d959c',
  '#626a72',
  '#3e454c',
  '#30363b',
  '#23282c',
  '#1b1f23',
  '#121517',
  '#0c0e10',
];

/** The console's look: the system's own fonts, so that nothing is loaded, and colours with a contrast of 4.5 and more. */
export const theme = createTheme({
  primaryColor: 'sea',
  primaryShade: 8,
  colors: { sea, dark },
  autoContrast: true,
  luminanceThreshold: 0.35,
  defaultRadius: 'md',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Code", "Liberation Mono", monospace',
  headings: { fontWeight: '650', sizes: { h1: { fontSize: '1.5rem' }, h2: { fontSize: '1.05rem' } } },
  focusRing: 'auto',
  respectReducedMotion: true,
});

/** Mantine's own grey for minor text is too light on white, and its page too flat for cards. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#5a636b',
    '--mantine-color-placeholder': '#68717a',
    '--mantine-color-error': '#c92a2a',
    '--mantine-color-anchor': 'var(--mantine-color-sea-9)',
    '--page': '#f4f6f7',
    '--card': '#ffffff',
    '--line': '#dfe4e7',
  },
  dark: {
    '--mantine-color-dimmed': '#a6adb4',
    '--mantine-color-placeholder': '#939aa2',
    '--mantine-color-error': '#ff8787',
    '--mantine-color-anchor': 'var(--mantine-color-sea-3)',
    '--mantine-color-body': '#16191c',
    '--mantine-color-default': '#212529',
    '--mantine-color-default-border': '#3b4248',
    '--page': '#121517',
    '--card': '#1b1f23',
    '--line': '#30363b',
  },
});
