// What is on the screen: a conversation, and dialogs above it. The browser's own way back works,
// and nothing of a conversation is in an address or in the history.

export type DialogName =
    | 'new'
    | 'scan'
    | 'share'
    | 'group'
    | 'settings'
    | 'devices'
    | 'passphrase'
    | 'duress'
    | 'requests'
    | 'contact'
    | 'members'
    | 'image'
    | 'poll'
    | 'card'
    | 'kit'

export type Screen =
    | { kind: 'conversation'; id: string }
    | { kind: 'dialog'; name: DialogName; value?: string; file?: Blob }

class Nav {
    stack = $state.raw<Screen[]>([])
    // A message to go to in the conversation that is open: of a search or a quote.
    target = $state<string | null>(null)

    conversation = $derived.by(() => {
        const first = this.stack[0]
        return first?.kind === 'conversation' ? first.id : null
    })
    dialogs = $derived(this.stack.filter((screen) => screen.kind === 'dialog'))

    private depths = 0
    // The browser goes back a little later. Until then: where to, and what was asked for meanwhile.
    private goal: number | null = null
    private after: (() => void)[] = []

    start(): () => void {
        history.replaceState({ depth: 0 }, '')
        const back = (event: PopStateEvent) => {
            const depth = Number(event.state?.depth ?? 0)
            this.depths = depth
            this.stack = this.stack.slice(0, depth)
            if (this.goal === null || depth > this.goal) return
            this.goal = null
            for (const work of this.after.splice(0)) work()
        }
        window.addEventListener('popstate', back)
        return () => window.removeEventListener('popstate', back)
    }

    open(id: string, target: string | null = null): void {
        if (this.goal !== null) return void this.after.push(() => this.open(id, target))
        this.target = target
        const screen: Screen = { kind: 'conversation', id }
        if (this.stack[0]?.kind === 'conversation') {
            this.stack = [screen]
            this.depths = 1
            history.replaceState({ depth: 1 }, '')
        } else {
            this.stack = []
            this.depths = 0
            this.push(screen)
        }
    }

    dialog(name: DialogName, value?: string, file?: Blob): void {
        if (this.goal !== null) return void this.after.push(() => this.dialog(name, value, file))
        this.push({ kind: 'dialog', name, value, file })
    }

    back(): void {
        const from = this.goal ?? this.depths
        if (this.depths > 0 && history.state?.depth === this.depths) {
            // A dialog that closes by itself, and a person who closes it: that is once.
            if (from === 0) return
            this.goal = from - 1
            history.back()
        } else this.stack = this.stack.slice(0, -1)
    }

    // From a dialog to another in its place.
    instead(name: DialogName, value?: string): void {
        this.stack = [...this.stack.slice(0, -1), { kind: 'dialog', name, value }]
    }

    clear(): void {
        this.stack = []
        this.depths = 0
        this.goal = null
        this.after = []
        this.target = null
        history.replaceState({ depth: 0 }, '')
    }

    private push(screen: Screen): void {
        this.stack = [...this.stack, screen]
        this.depths = this.stack.length
        history.pushState({ depth: this.depths }, '')
    }
}

export const nav = new Nav()
