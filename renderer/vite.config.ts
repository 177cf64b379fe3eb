import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Relative addresses, because the engine serves the window from its own root and Electron loads it from there too.
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react()],
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    target: 'chrome120',
    // Everything comes from the same machine: one file more or less matters less than the warning.
    chunkSizeWarningLimit: 2000,
    // The content security policy allows no inline assets but images and fonts.
    modulePreload: { polyfill: false },
  },
});
