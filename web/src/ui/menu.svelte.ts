// The one menu that can be open: of a message, a conversation, or what can be attached.
import type { IconName } from './Icon.svelte'

export interface MenuItem {
    label: string
    icon: IconName
    bad?: boolean
    action: () => void
}

export interface MenuOptions {
    label: string
    x: number
    y: number
    items: MenuItem[]
    // Emoji to react with; those of ours are pressed.
    emoji?: { list: string[]; mine: string[]; choose: (emoji: string) => void }
}

class MenuState {
    open = $state.raw<MenuOptions | null>(null)

    show(options: MenuOptions): void {
        if (options.items.length > 0 || options.emoji) this.open = options
    }

    at(element: Element, options: Omit<MenuOptions, 'x' | 'y'>): void {
        const box = element.getBoundingClientRect()
        this.show({ ...options, x: box.left, y: box.bottom + 4 })
    }

    close(): void {
        this.open = null
    }
}

export const menu = new MenuState()
