import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'
import { bundle } from './tools/bundle_plugin.mjs'

// Two builds: what is served, and the same interface over an engine in memory, for tests.
export default defineConfig(({ mode }) => {
    const fake = mode === 'fake'
    return {
        root: fake ? 'tests/fake' : '.',
        base: './',
        publicDir: fake ? '../../public' : 'public',
        plugins: [svelte({ configFile: `${import.meta.dirname}/svelte.config.js` }), bundle()],
        worker: { format: 'es' as const },
        build: {
            outDir: fake ? '../../../build/web-fake' : 'dist',
            emptyOutDir: true,
            target: 'es2022',
            // One sheet, which index.html names with its hash.
            cssCodeSplit: false,
            cssTarget: ['chrome123', 'safari17.5', 'firefox120'],
            assetsInlineLimit: 0,
            modulePreload: { polyfill: false },
            reportCompressedSize: false
        }
    }
})
