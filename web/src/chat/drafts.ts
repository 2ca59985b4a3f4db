// Drafts live in the core, encrypted and on this device alone, where it knows them.
import { app } from '../state/app.svelte'
import type { Draft } from './compose.svelte'

export async function draft_taken(conversation: string, draft: Draft): Promise<void> {
    if (!app.api.features.draft || draft.kept !== null) return
    draft.kept = ''
    try {
        const { text } = await app.api.optional('draft', { who: conversation })
        draft.kept = text
        draft.text ||= text
    } catch {
        // Without what was kept, one writes anew.
    }
}

export async function draft_kept(conversation: string, draft: Draft): Promise<void> {
    if (!app.api.features.draft || draft.kept === null || draft.editing) return
    if (draft.kept === draft.text) return
    draft.kept = draft.text
    try {
        await app.api.optional('draft', { who: conversation, text: draft.text })
    } catch {
        // It stays in memory.
    }
}
