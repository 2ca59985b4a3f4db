import { vitePreprocess } from '@sveltejs/vite-plugin-svelte'

export default {
    preprocess: vitePreprocess(),
    // Elements are made one by one and never parsed from a string: Trusted Types stay on.
    compilerOptions: { fragments: 'tree', runes: true }
}
